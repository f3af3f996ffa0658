# SPDX-License-Identifier: Apache-2.0
"""What is tried: a limit, a program against it, and how that has to end.

The end is "VERDICT STATUS", and depends on what holds the limit. `looks`,
`rlimit`, `error` are for when it is held by the supervisor's looks, by an
rlimit, or by nothing, so that sandbox refuses; each is `end` where not given.
"-" means that it is not tried there. `figure` says what of the report is known
beforehand: `cpu` seconds, a `peak` of memory in bytes, a `count` that the
program prints, the bytes of `output`. {project} is the working directory,
{guard} a time that is enough.
"""
import dataclasses

M = 1 << 20


@dataclasses.dataclass(frozen=True)
class Row:
    limit: str  # the option that is tried
    options: str
    program: str  # for hog
    end: str
    looks: str = ""
    rlimit: str = ""
    error: str = ""
    cpu: float = 0
    peak: int = 0
    count: int = 0
    output: int = -1
    wall: float = 0  # not before that
    core: bool = False  # tried even where time is short
    signal: int = 0  # sent to sandbox after a moment
    unseen: str = ""  # why the watch cannot hold it: documented
    hint: str = ""  # with `error`: what the message has to name

    def expected(self, held):
        if held is None:
            return self.error or self.end
        if held == "watch (approximate)":
            return self.looks or self.end
        return self.rlimit if held == "rlimit" and self.rlimit else self.end


TIME = "time-limit 124"
CPU = "cpu-time-limit 124"
MEMORY = "memory-limit 137"
PIDS = "pids-limit 1"
OUTPUT = "output-limit 137"
NONE = "setup-failed 125"
OK = "ok 0"
DELEGATE = "Delegate="

# Ends what the limit that is tried does not see.
GUARD = " --time-limit {guard}"


def cpu_rows():
    burners = [
        ("cpu {}", True), ("cpu-tree {} 4", False), ("threads-cpu {} 4", False),
        ("cpu-unwaited {}", False), ("cpu-ignored {}", True),
        ("cpu-daemon {}", True)]
    for program, core in burners:
        yield Row("cpu-time", "--cpu-time 0.3" + GUARD, program.format(30), CPU,
                  core=core)
    # Looks see a child only while it is there, and nobody waits for it.
    yield Row("cpu-time", "--cpu-time 1" + GUARD, "cpu-ignored 30 60", CPU,
              looks=TIME, unseen="children that end soon and that nobody "
              "waits for")
    for program, core in burners:
        yield Row("cpu-time", "--cpu-time 60", program.format(0.5), OK,
                  cpu=0.5, core=core)
    yield Row("cpu-time", "--cpu-time 60", "cpu-ignored 0.5 40", OK, cpu=0.5)
    yield Row("cpu-time", "--cpu-time 0.3" + GUARD, "busy", CPU)
    yield Row("cpu-time", "--cpu-time 0.3 --grace 0.2" + GUARD, "ignore-term",
              CPU)
    yield Row("cpu-time", "--cpu-time 0.3" + GUARD, "fork-storm",
              CPU, looks="-")


def time_rows():
    yield Row("time-limit", "--time-limit 0.5", "sleep 60", TIME, wall=0.5,
              core=True)
    yield Row("time-limit", "--time-limit 0.5", "busy", TIME, wall=0.5)
    yield Row("time-limit", "--time-limit 0.5 --grace 0.3", "ignore-term",
              TIME, wall=0.8, core=True)
    yield Row("time-limit", "--time-limit 0.5", "stop-self", TIME, wall=0.5,
              core=True)
    yield Row("time-limit", "--time-limit 0.5 --grace 0.2", "stop-self", TIME,
              wall=0.5)
    yield Row("time-limit", "--time-limit 60", "close-all-daemon 60", OK,
              core=True)
    yield Row("time-limit", "--time-limit 60", "cpu-daemon 0.1", OK)
    yield Row("time-limit", "--time-limit 60", "spawn-die 5", "signal 137",
              core=True)
    yield Row("time-limit", "--time-limit 0.5", "zombies 50 60000", TIME,
              wall=0.5)
    yield Row("time-limit", "--time-limit 0.7", "fork-storm", TIME,
              wall=0.7, looks="-", core=True)


def memory_rows():
    m64 = "--memory 64M" + GUARD
    never = "memory in files that no process maps"
    yield Row("memory", m64, "memory 256M 100", MEMORY, core=True)
    yield Row("memory", m64, "memory-told {project}/told 2G", MEMORY,
              core=True)
    yield Row("memory", m64, "memory-told {project}/told 1G 4", MEMORY)
    yield Row("memory", m64, "memory-tree 24M 5 200", MEMORY, core=True)
    yield Row("memory", m64, "memory-slow 100M", MEMORY)
    yield Row("memory", m64, "memory-thread 256M 3000", MEMORY)
    yield Row("memory", m64, "shared 256M 100", MEMORY)
    yield Row("memory", m64 + " --file-size unlimited",
              "memfd 256M mapped 100", MEMORY)
    yield Row("memory", m64 + " --file-size unlimited",
              "memfd 256M written 100", MEMORY, looks=OK, unseen=never)
    # What the watch does against it: files are not larger than memory may be.
    yield Row("memory", m64, "memfd 256M written 100", MEMORY,
              looks="file-size-limit 153")
    yield Row("memory", m64, "sysv 256M attached 100", MEMORY)
    yield Row("memory", "--memory 64M --time-limit 60",
              "sysv 48M detached 100", OK)
    yield Row("memory", m64, "tmpfs /tmp 256M 100", MEMORY, core=True)
    yield Row("memory", m64, "tmpfs /dev/shm 256M 100", MEMORY)
    yield Row("memory", "--memory 24M" + GUARD, "pipes 56M 100", MEMORY,
              looks=OK, unseen="memory of the kernel: pipes, sockets")
    # No deaths: there, or only seemingly there.
    yield Row("memory", "--memory 256M", "memory 64M 300", OK, peak=64 * M,
              core=True)
    yield Row("memory", "--memory 256M", "memory-tree 16M 4 300", OK,
              peak=64 * M)
    yield Row("memory", "--memory 256M", "tmpfs /tmp 64M 300", OK, peak=64 * M)
    yield Row("memory", m64, "memory 48M 100", OK)
    yield Row("memory", m64, "memory-cow 32M 8 300", OK, core=True)
    yield Row("memory", "--memory 64M --file-size unlimited",
              "page-cache {project}/cache 160M", OK, core=True)
    yield Row("memory", "--memory 64M --file-size unlimited",
              "map-file {project}/mapped 160M 200", OK)
    yield Row("swap", "--memory 64M --swap 0" + GUARD, "memory 256M 100",
              MEMORY, looks="-", error=NONE)


def pids_rows():
    killed = "pids-limit 137"
    yield Row("pids", "--pids 20" + GUARD, "forks exit 100", PIDS, count=20,
              looks=killed, core=True)
    yield Row("pids", "--pids 20" + GUARD, "threads exit 100", PIDS, count=20,
              looks=killed)
    yield Row("pids", "--pids 20 --time-limit 0.5", "forks hold", TIME,
              count=20, looks=killed)
    # Not where looks hold it, as root: nothing else would stop it there, and
    # it would take the machine along.
    yield Row("pids", "--pids 60 --time-limit 0.7", "fork-bomb", TIME,
              looks="-", core=True)
    yield Row("pids", "--pids 20" + GUARD, "zombies 30 100", PIDS,
              looks=killed)
    yield Row("pids", "--pids 20", "zombies 15 100", OK)
    yield Row("pids", "--pids 1", "exit 0", OK)


def output_rows():
    for stream in ("stdout", "stderr", "both"):
        yield Row("output-limit", "--output-limit 1M" + GUARD,
                  f"flood {stream}", OUTPUT, output=M, core=stream == "both")
    yield Row("output-limit", "--output-limit 1M", "flood both 1M", OK,
              output=M)
    yield Row("output-limit", "--output-limit 1M", "flood stdout 500000", OK,
              output=500000)
    yield Row("output-limit", "--output-limit 1M --time-limit 60",
              "cpu-daemon 0.1", OK, output=0)


def file_rows():
    yield Row("file-size", "--file-size 1M" + GUARD, "fill {project}/f",
              "file-size-limit 153", core=True)
    yield Row("file-size", "--file-size 1M", "big-file {project}/f 1M", OK)
    yield Row("tmp-size", "--tmp-size 8M", "tmpfs /tmp 32M", "nonzero 1",
              core=True)
    yield Row("tmp-size", "--tmp-size 8M", "tmpfs /tmp 7M", OK)
    yield Row("tmp-size", "--tmp-size 8M", "fill /dev/shm/f", "nonzero 1")
    yield Row("open-files", "--open-files 20", "pipes 60M", "nonzero 1")
    yield Row("rlimit", "--rlimit as=128M", "memory 256M", "nonzero 1")
    yield Row("rlimit", "--rlimit cpu=1:1", "busy", "signal 137")


def cgroup_rows():
    yield Row("cpus", "--cpus 0.5 --time-limit 2", "busy", TIME, error=NONE,
              hint="Delegate=|--cgroup-parent", core=True)
    yield Row("cpus", "--cpus 0.5 --time-limit 2", "threads-cpu 30 4", TIME,
              error=NONE)
    yield Row("cpu-weight", "--cpu-weight 10", "cpu 0.1", OK, error=NONE)
    yield Row("cpuset-cpus", "--cpuset-cpus 0", "threads-cpu 0.4 2", OK,
              error=NONE, hint="Delegate=", core=True)
    yield Row("io-max", "--io-max {project}:wbps=4M",
              "page-cache {project}/f 4M", OK, error=NONE, hint="Delegate=",
              core=True)
    yield Row("io-weight", "--io-weight 10", "page-cache {project}/f 4M", OK,
              error=NONE, hint="Delegate=")
    yield Row("require-cgroup", "--require-cgroup --memory 64M", "exit 0", OK,
              error=NONE, hint="Delegate=|--cgroup-parent", core=True)


def end_rows():
    yield Row("none", "", "exit 0", OK, core=True)
    yield Row("none", "", "exit 7", "nonzero 7", core=True)
    yield Row("none", "", "segv", "signal 139", core=True)
    yield Row("none", "", "sleep 60", "interrupted 143", signal=15, core=True)
    yield Row("none", "--memory 256M --pids 50", "sleep 60",
              "interrupted 143", signal=15)


ROWS = [row for rows in (end_rows, time_rows, cpu_rows, memory_rows, pids_rows,
                         output_rows, file_rows, cgroup_rows)
        for row in rows()]
