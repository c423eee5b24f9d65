#!/usr/bin/env python3
"""gRPC's own clients of its standard services: health and reflection.

standard.py ADDRESS health [AUTHORITY]    asks how each service is; prints one line a question
standard.py ADDRESS watch [AUTHORITY]     prints how the server is, and each change, until the call ends
standard.py ADDRESS crowd [AUTHORITY]     watches as often as it is let, and prints how often that is
standard.py ADDRESS reflect [AUTHORITY]   what reflection tells: services, methods, and a call made from that

With AUTHORITY, a file in PEM, it calls over TLS and shows no certificate.
"""
import pathlib
import sys

import grpc
from google.protobuf import descriptor_pool, message_factory
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import proto_reflection_descriptor_database, reflection_pb2

PATIENCE = 20
REFLECTION = "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo"
OLDER = "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo"
STATUS = health_pb2.HealthCheckResponse.ServingStatus.Name


def said(call):
    """What a call answers, or its status."""
    try:
        return call()
    except grpc.RpcError as error:
        return error.code().name


def health(channel):
    stub = health_pb2_grpc.HealthStub(channel)
    for name in ("", "liaison.sync.v1.Sync", "no.such.Service", "x" * 5000):
        request = health_pb2.HealthCheckRequest(service=name)
        print("check", name[:30] or "all", said(
            lambda: STATUS(stub.Check(request, timeout=PATIENCE, wait_for_ready=True).status)))
    for name in ("", "no.such.Service"):
        watch = stub.Watch(health_pb2.HealthCheckRequest(service=name), timeout=PATIENCE)
        print("watch", name or "all", said(lambda: STATUS(next(watch).status)))
        watch.cancel()
    # This package is older than List: the same bytes on the wire as a Check's, field 1 of each entry aside.
    listed = channel.unary_unary("/grpc.health.v1.Health/List")(b"", timeout=PATIENCE)
    print("list", listed.count(b"liaison.sync.v1.Sync"), len(listed))
    garbage = channel.unary_unary("/grpc.health.v1.Health/Check")
    print("garbage", said(lambda: garbage(b"\xff\xff", timeout=PATIENCE)))


def watch(channel):
    stub = health_pb2_grpc.HealthStub(channel)
    try:
        for answer in stub.Watch(health_pb2.HealthCheckRequest(), wait_for_ready=True):
            print(STATUS(answer.status), flush=True)
        print("OK", flush=True)
    except grpc.RpcError as error:
        print(error.code().name, flush=True)


def crowd(channel):
    stub = health_pb2_grpc.HealthStub(channel)
    watches = []
    while True:
        watch = stub.Watch(health_pb2.HealthCheckRequest(), timeout=PATIENCE)
        answer = said(lambda: STATUS(next(watch).status))
        if answer != "SERVING":
            break
        watches.append(watch)
    print(len(watches), answer)
    for watch in watches:
        watch.cancel()


def question(method, **fields):
    request = reflection_pb2.ServerReflectionRequest(**fields)
    answer, = method(iter([request]), timeout=PATIENCE)
    return answer


def reflect(channel):
    for name in (REFLECTION, OLDER):
        method = channel.stream_stream(
            name, request_serializer=reflection_pb2.ServerReflectionRequest.SerializeToString,
            response_deserializer=reflection_pb2.ServerReflectionResponse.FromString)
        answer = question(method, list_services="")
        print(*(service.name for service in answer.list_services_response.service), sep="\n")
        assert answer.original_request.WhichOneof("message_request") == "list_services"
    for fields in ({"file_by_filename": "no.proto"}, {"file_containing_symbol": "no.Symbol"},
                   {"all_extension_numbers_of_type": "no.Type"}, {}, {"host": "h", "file_containing_extension":
                   reflection_pb2.ExtensionRequest(containing_type="liaison.sync.v1.Edit", extension_number=1)}):
        answer = question(method, **fields)
        print("error", answer.error_response.error_code, answer.valid_host)
    answer = question(method, all_extension_numbers_of_type="liaison.sync.v1.Edit")
    print(answer.all_extension_numbers_response.base_type_name)
    answer = question(method, file_containing_symbol="liaison.sync.v1.Sync.Push")
    print(len(answer.file_descriptor_response.file_descriptor_proto), "files")

    # A client that knows nothing else of the service.
    database = proto_reflection_descriptor_database.ProtoReflectionDescriptorDatabase(channel)
    pool = descriptor_pool.DescriptorPool(database)
    for service in sorted(database.get_services()):
        for name in pool.FindServiceByName(service).methods_by_name:
            print(f"{service}/{name}")
    check = pool.FindServiceByName("grpc.health.v1.Health").methods_by_name["Check"]
    request = message_factory.GetMessageClass(check.input_type)
    answer = message_factory.GetMessageClass(check.output_type)
    call = channel.unary_unary(
        "/grpc.health.v1.Health/Check", request_serializer=request.SerializeToString,
        response_deserializer=answer.FromString)
    print(call(request(service=""), timeout=PATIENCE))


def main():
    address, command, *authority = sys.argv[1:]
    channel = grpc.insecure_channel(address)
    if authority:
        channel = grpc.secure_channel(
            address, grpc.ssl_channel_credentials(pathlib.Path(authority[0]).read_bytes()))
    with channel:
        {"health": health, "watch": watch, "crowd": crowd, "reflect": reflect}[command](channel)


if __name__ == "__main__":
    main()
