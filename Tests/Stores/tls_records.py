"""TLS before a PostgreSQL on a socket, in records as large as they may be: PostgreSQL 17 and proxies make such.

python3 tls_records.py FOLDER SOCKET prints its port. FOLDER has server.pem and server.key. It ends with its input.
"""
import socket
import ssl
import sys
import threading

folder, database = sys.argv[1:]
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(f"{folder}/server.pem", f"{folder}/server.key")


def pump(source, sink):
    """Passes on what comes, as much at once as there is: an answer as a whole, if it is followed by silence."""
    while data := source.recv(1 << 20):
        source.settimeout(0.05)
        try:
            while more := source.recv(1 << 20):
                data += more
        except TimeoutError:
            pass
        source.settimeout(None)
        sink.sendall(data)
    sink.shutdown(socket.SHUT_WR)


def serve(caller):
    caller.recv(8)  # the request for TLS
    caller.sendall(b"S")
    secure = context.wrap_socket(caller, server_side=True)
    server = socket.socket(socket.AF_UNIX)
    server.connect(database)
    threading.Thread(target=pump, args=(server, secure), daemon=True).start()
    while data := secure.recv(1 << 16):
        server.sendall(data)
    server.shutdown(socket.SHUT_WR)


def accept(listener):
    while True:
        threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()


listener = socket.create_server(("127.0.0.1", 0))
print(listener.getsockname()[1], flush=True)
threading.Thread(target=accept, args=(listener,), daemon=True).start()
sys.stdin.read()
