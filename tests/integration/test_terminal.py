"""`holdfast run` on a terminal: the command has the foreground, Ctrl-C and Ctrl-Z work as in a shell."""

import os
import pty
import signal

from harness import HOLDFAST, LOST, Worker, wait_until


class Terminal:
    """A session with a terminal whose foreground job is one `holdfast run`, as a shell would start it."""

    def __init__(self, commands, *arguments):
        self.pid, self.master = pty.fork()
        if self.pid == 0:
            # Like a shell: the job gets a group of its own, and this process stays to wait for it.
            os.execvpe("python3", ["python3", "-c", JOB_SHELL, HOLDFAST, *arguments], commands.environment({}))

    def type(self, text):
        os.write(self.master, text)

    def read_until(self, words):
        shown = b""
        while words not in shown:
            try:
                shown += os.read(self.master, 4096)
            except OSError:
                raise AssertionError(f"{words} did not come: {shown}")
        return shown

    def close(self):
        os.close(self.master)
        try:
            os.kill(self.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        os.waitpid(self.pid, 0)


JOB_SHELL = """
import os, signal, sys
signal.signal(signal.SIGTTOU, signal.SIG_IGN)
job = os.fork()
if job == 0:
    os.setpgid(0, 0)
    os.tcsetpgrp(0, os.getpgrp())
    signal.signal(signal.SIGTTOU, signal.SIG_DFL)
    os.execv(sys.argv[1], sys.argv[1:])
while True:
    _, status = os.waitpid(job, os.WUNTRACED)
    os.tcsetpgrp(0, os.getpgrp())
    if not os.WIFSTOPPED(status):
        break
    print("job stopped", flush=True)
    sys.stdin.readline()
    os.tcsetpgrp(0, os.getpgid(job))
    os.killpg(job, signal.SIGCONT)
print("job ended with", os.waitstatus_to_exitcode(status), flush=True)
sys.stdin.readline()
"""


def test_ctrl_c_belongs_to_the_command(holdfast, tmp_path):
    worker = Worker(tmp_path, exits_with=9)
    terminal = Terminal(holdfast, "run", "k", "--", *worker.command)
    worker.wait_for("begin")
    terminal.type(b"\x03")
    terminal.read_until(b"job ended with 9")
    assert len(worker.times("got-2")) == 1  # once, from the terminal
    terminal.close()


def test_the_command_reads_from_the_terminal(holdfast):
    terminal = Terminal(holdfast, "run", "k", "--", "sh", "-c", 'echo ready; read line; echo "got $line"')
    terminal.read_until(b"ready")
    terminal.type(b"words\n")
    terminal.read_until(b"got words")
    terminal.read_until(b"job ended with 0")
    terminal.close()


def test_ctrl_z_stops_and_the_job_goes_on_when_continued(holdfast, tmp_path):
    worker = Worker(tmp_path, exits_with=9)
    terminal = Terminal(holdfast, "run", "-t", "1h", "k", "--", *worker.command)
    worker.wait_for("begin")
    terminal.type(b"\x1a")
    terminal.read_until(b"job stopped")
    beats = len(worker.lines())
    terminal.type(b"\n")
    wait_until(lambda: len(worker.lines()) > beats, "it goes on")
    terminal.type(b"\x03")
    terminal.read_until(b"job ended with 9")
    terminal.close()


def test_a_job_stopped_beyond_its_deadline_never_goes_on(holdfast, tmp_path, server):
    worker = Worker(tmp_path, stubborn=True)
    terminal = Terminal(holdfast, "run", "-t", "500ms", "k", "--", *worker.command)
    worker.wait_for("begin")
    terminal.type(b"\x1a")
    terminal.read_until(b"job stopped")
    beats = worker.times("beat")
    server.rest.acquire("k", wait_ms=60_000)  # somebody else is granted
    terminal.type(b"\n")
    terminal.read_until(b"job ended with %d" % LOST)
    assert worker.times("beat") == beats
    terminal.close()
