"""The same records through Anki: its own Rust core as the client, its own sync server in a process of its own.

Each person is a note of five fields (which brings one card). Prints figures as JSON; the shapes are those of
tests/src/bin/bench/figures.rs. Bytes are counted both ways by the relay that also stands between our phones and county.
"""

import argparse
import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from statistics import median

from anki.collection import AddNoteRequest, Collection

FIELDS = ["name", "citizen_id", "birth", "sex", "phone"]


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Relay:
    """Counts bytes between client and server."""

    def __init__(self, program, port):
        self.process = subprocess.Popen(
            [program, "relay", "--to", f"127.0.0.1:{port}"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.address = self.process.stdout.readline().strip()

    def bytes(self):
        self.process.stdin.write("count\n")
        self.process.stdin.flush()
        return sum(int(part) for part in self.process.stdout.readline().split())

    def stop(self):
        self.process.stdin.close()
        self.process.terminate()
        self.process.wait()


def serve(folder):
    port = free_port()
    env = dict(
        os.environ, SYNC_USER1="bench:bench", SYNC_BASE=str(folder), SYNC_HOST="127.0.0.1", SYNC_PORT=str(port),
        MAX_SYNC_PAYLOAD_MEGS="1000", RUST_LOG="anki=warn",
    )
    process = subprocess.Popen([sys.executable, "-m", "anki.syncserver"], env=env, stdout=subprocess.DEVNULL)
    for _ in range(200):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=1).read()
            return process, port
        except OSError:
            time.sleep(0.1)
    process.terminate()
    raise SystemExit("Anki's sync server does not answer")


def login(collection, address):
    return collection.sync_login("bench", "bench", f"http://{address}/")


def notetype(collection):
    kinds = collection.models
    kind = kinds.new("person")
    for field in FIELDS:
        kinds.add_field(kind, kinds.new_field(field))
    template = kinds.new_template("card")
    template["qfmt"], template["afmt"] = "{{name}}", "{{phone}}"
    kinds.add_template(kind, template)
    kinds.add(kind)
    return kinds.by_name("person")


def once(work, rows, program):
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    server, port = serve(work / "server")
    relay = Relay(program, port)
    try:
        collection = Collection(str(work / "writer.anki2"))
        kind = notetype(collection)
        auth = login(collection, relay.address)
        collection.sync_collection(auth, False)
        collection.close_for_full_sync()
        collection.full_upload_or_download(auth=auth, server_usn=None, upload=True)
        collection.reopen(after_full_sync=True)
        deck = collection.decks.id("Default")
        kind = collection.models.by_name("person")
        notes = []
        for row in rows:
            note = collection.new_note(kind)
            note.fields = [str(row[field]) for field in FIELDS]
            notes.append(AddNoteRequest(note=note, deck_id=deck))
        started = time.perf_counter()
        for at in range(0, len(notes), 1000):
            collection.add_notes(notes[at : at + 1000])
        saved = time.perf_counter() - started
        before = relay.bytes()
        started = time.perf_counter()
        collection.sync_collection(auth, False)
        pushed = time.perf_counter() - started
        sent = relay.bytes() - before
        collection.close()

        fresh = Collection(str(work / "fresh.anki2"))
        auth = login(fresh, relay.address)
        started = time.perf_counter()
        fresh.sync_collection(auth, False)
        fresh.close_for_full_sync()
        fresh.full_upload_or_download(auth=auth, server_usn=None, upload=False)
        fresh.reopen(after_full_sync=True)
        first = time.perf_counter() - started
        held = fresh.note_count()
        fresh.close()
        if held != len(rows):
            raise SystemExit(f"Anki's second client has {held} of {len(rows)} notes")
        return len(rows) / saved, len(rows) / pushed, sent / len(rows), first
    finally:
        relay.stop()
        server.terminate()
        server.wait()


def main():
    parse = argparse.ArgumentParser()
    for name in ["rows", "work", "relay", "to", "machine"]:
        parse.add_argument(f"--{name}", required=True)
    parse.add_argument("--times", type=int, default=3)
    args = parse.parse_args()
    rows = [json.loads(line) for line in Path(args.rows).read_text().splitlines()]
    runs = [once(Path(args.work), rows, args.relay) for _ in range(args.times)]
    names = [
        ("anki_bulk_per_s", "1/s"),
        ("anki_push_ops_per_s", "1/s"),
        ("anki_push_bytes_per_op", "B"),
        ("anki_first_sync_50k_s", "s"),
    ]
    figures = [
        {"name": name, "value": median(run[at] for run in runs), "unit": unit, "n": len(runs), "machine": args.machine}
        for at, (name, unit) in enumerate(names)
    ]
    Path(args.to).write_text(json.dumps(figures, indent=2))


main()
