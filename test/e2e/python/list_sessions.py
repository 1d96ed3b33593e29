"""Lists the sessions of a host, from another language.

Knows the .proto files and a socket, nothing else: the stubs are generated here, by protoc.
usage: list_sessions.py SOCKET PROTO_DIR…   (prints one JSON object)
"""

import importlib
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile

import grpc
from google.protobuf import descriptor_pb2, descriptor_pool

DEADLINE_S = 10


def generate(proto_dirs, out):
    """Python modules of every .proto below the directories."""
    command = ["protoc", f"--python_out={out}", f"--grpc_python_out={out}"]
    command.append(f"--plugin=protoc-gen-grpc_python={shutil.which('grpc_python_plugin')}")
    command += [f"--proto_path={directory}" for directory in proto_dirs]
    for directory in map(pathlib.Path, proto_dirs):
        command += [str(path.relative_to(directory)) for path in sorted(directory.rglob("*.proto"))]
    subprocess.run(command, check=True)
    # The directory comes last: its `grpc` package must not hide the library of that name.
    sys.path.append(str(out))
    grpc.__path__.append(str(out / "grpc"))


def sessions(channel):
    messages = importlib.import_module("berth.v1.session_pb2")
    service = importlib.import_module("berth.v1.session_pb2_grpc").SessionServiceStub(channel)
    answer = service.List(messages.ListRequest(), timeout=DEADLINE_S)
    status = messages.Session.DESCRIPTOR.fields_by_name["status"].enum_type.values_by_number
    return [
        {"id": s.id, "name": s.name, "status": status[s.status].name, "argv": list(s.argv)}
        for s in answer.sessions
    ]


def missing_session(channel):
    """What an error looks like from here: the status code, and the reason in its details."""
    messages = importlib.import_module("berth.v1.session_pb2")
    service = importlib.import_module("berth.v1.session_pb2_grpc").SessionServiceStub(channel)
    try:
        service.Get(messages.SessionServiceGetRequest(session="no-such-session"), timeout=DEADLINE_S)
    except grpc.RpcError as error:
        details = dict(error.trailing_metadata()).get("grpc-status-details-bin", b"")
        return {"code": error.code().name, "names_reason": b"SESSION_NOT_FOUND" in details}
    return None


def services(channel):
    """Names that server reflection gives."""
    messages = importlib.import_module("grpc.reflection.v1.reflection_pb2")
    stub = importlib.import_module("grpc.reflection.v1.reflection_pb2_grpc").ServerReflectionStub(channel)
    request = messages.ServerReflectionRequest(list_services="")
    for answer in stub.ServerReflectionInfo(iter([request]), timeout=DEADLINE_S):
        return [service.name for service in answer.list_services_response.service]
    return []


def reflected_methods(channel, service):
    """What a client without any .proto learns: the methods, by the descriptors of reflection."""
    messages = importlib.import_module("grpc.reflection.v1.reflection_pb2")
    stub = importlib.import_module("grpc.reflection.v1.reflection_pb2_grpc").ServerReflectionStub(channel)
    request = messages.ServerReflectionRequest(file_containing_symbol=service)
    files = {}
    for answer in stub.ServerReflectionInfo(iter([request]), timeout=DEADLINE_S):
        for data in answer.file_descriptor_response.file_descriptor_proto:
            file = descriptor_pb2.FileDescriptorProto.FromString(data)
            files[file.name] = file

    pool = descriptor_pool.DescriptorPool()

    def add(name):
        """What a file imports goes first; None says that it is in already."""
        file, files[name] = files[name], None
        if file is not None:
            for imported in file.dependency:
                add(imported)
            pool.Add(file)

    for name in list(files):
        add(name)
    return sorted(method.name for method in pool.FindServiceByName(service).methods)


def health(channel, names):
    messages = importlib.import_module("grpc.health.v1.health_pb2")
    stub = importlib.import_module("grpc.health.v1.health_pb2_grpc").HealthStub(channel)
    status = messages.HealthCheckResponse.ServingStatus
    answers = {n: stub.Check(messages.HealthCheckRequest(service=n), timeout=DEADLINE_S) for n in names}
    return {name: status.Name(answer.status) for name, answer in answers.items()}


def main():
    socket, *proto_dirs = sys.argv[1:]
    with tempfile.TemporaryDirectory() as scratch, grpc.insecure_channel(f"unix:{socket}") as channel:
        generate(proto_dirs, pathlib.Path(scratch))
        names = services(channel)
        berth = [name for name in names if name.startswith("berth.")]
        result = {
            "sessions": sessions(channel),
            "missing_session": missing_session(channel),
            "services": names,
            "methods": {name: reflected_methods(channel, name) for name in berth},
            "health": health(channel, ["", *berth]),
        }
    print(json.dumps(result))


if __name__ == "__main__":
    main()
