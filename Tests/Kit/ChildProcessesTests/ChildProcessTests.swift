import ChildProcesses
import Testing

/// Programs are run to their end or to their limits, whatever they do.
struct ChildProcessTests {
    private func shell(_ script: String, ownsGroup: Bool = true) -> ChildProcess {
        ChildProcess(program: "/bin/sh", arguments: ["-c", script], environment: ["PATH=/usr/bin:/bin"], ownsGroup: ownsGroup)
    }

    @Test func outputComplaintsAndCodeComeBack() throws {
        let ending = try shell("echo out; echo err >&2; exit 3").run(outputLimit: 100, timeLimit: .seconds(60))
        #expect(ending.cause == .exited(3))
        #expect(ending.output == Array("out\n".utf8) && ending.complaints == "err\n")
        #expect(ending.peakMemory != 0)
    }

    @Test func aSignalIsTold() throws {
        #expect(try shell("kill -SEGV $$").run(outputLimit: 100, timeLimit: .seconds(60)).cause == .killed(signal: 11))
    }

    @Test func whoWritesWithoutEndIsEnded() throws {
        let ending = try shell("yes").run(outputLimit: 10_000, timeLimit: .seconds(60))
        #expect(ending.cause == .wroteTooMuch)
        #expect(ending.output.count <= 10_001)
        // Complaints cost nothing but the time.
        let complaining = try shell("head -c 1000000 /dev/zero >&2; echo done").run(outputLimit: 100, timeLimit: .seconds(60))
        #expect(complaining.cause == .exited(0) && complaining.complaints.utf8.count <= 8 << 10)
    }

    @Test func whoNeverEndsIsEndedWithItsChildren() throws {
        let ending = try shell("sleep 1000 & echo $!; wait").run(outputLimit: 100, timeLimit: .milliseconds(300))
        #expect(ending.cause == .ranTooLong)
        let inner = try #require(Int(String(decoding: ending.output, as: UTF8.self).split(separator: "\n").first ?? ""))
        // It is gone, or a zombie that its new parent has not reaped yet; on a busy machine it has to come to its turn to end.
        let look = "for i in $(seq 500); do s=$(cut -d ' ' -f 3 /proc/\(inner)/stat 2>/dev/null); case \"$s\" in R|S|D) ;; *) break ;; esac; done"
        let state = try shell("\(look); test -z \"$s\" || echo \"$s\"").run(outputLimit: 100, timeLimit: .seconds(60))
        #expect(["", "Z\n", "X\n"].contains(String(decoding: state.output, as: UTF8.self)))
    }

    @Test func nothingIsHandedDown() throws {
        let ending = try shell("ls /proc/self/fd | wc -l; env | grep -vE '^(PATH|PWD|_|SHLVL|OLDPWD)='; cat").run(
            outputLimit: 1_000, timeLimit: .seconds(60))
        // Three of its own, and the folder that `ls` reads.
        #expect(ending.output == Array("4\n".utf8))
    }

    @Test func itCanBeStopped() throws {
        let child = shell("sleep 1000")
        child.stop()
        #expect(try child.run(outputLimit: 100, timeLimit: .seconds(60)).cause == .stopped)
    }

    @Test func aProgramThatIsNotThere() {
        let child = ChildProcess(program: "no-such-program", arguments: [], environment: [], ownsGroup: false)
        #expect {
            try child.run(outputLimit: 100, timeLimit: .seconds(60))
        } throws: {
            ($0 as? ChildProcess.StartFailure)?.isMissing == true
        }
    }
}
