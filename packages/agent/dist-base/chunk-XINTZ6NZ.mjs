import { createRequire as __createRequire } from 'node:module';
import { join as __join } from 'node:path';
const require = __createRequire(import.meta.url);
const __fromBundle = (way) => __join(import.meta.dirname, way);
import {
  ask,
  health
} from "./chunk-EC6NZQKY.mjs";
import "./chunk-Z6KKIGI5.mjs";
import "./chunk-3VM6CNEJ.mjs";
import "./chunk-UUE3IW3X.mjs";
import "./chunk-4PAD5W7W.mjs";
import "./chunk-X44SVQ6W.mjs";
import "./chunk-FWUHXHZR.mjs";
export {
  ask,
  health
};
