#!/usr/bin/env node
/** A tool that nobody knows. */
import { noteArguments } from './stand-in.mjs';

noteArguments();
