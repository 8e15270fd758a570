import CChildProcess
import Synchronization

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A program that is run to its end, its output taken up to a limit of bytes and of time. Both `run` and the child know no event loop:
/// run it on a thread that may wait.
public final class ChildProcess: Sendable {
    /// How it went.
    public struct Ending: Sendable {
        public enum Cause: Sendable, Hashable {
            case exited(Int32)
            case killed(signal: Int32)
            case ranTooLong
            case wroteTooMuch
            /// `stop` was called.
            case stopped
        }

        public let cause: Cause
        public let output: [UInt8]
        /// What it wrote on standard error, the beginning.
        public let complaints: String
        /// Bytes of memory that it had at the most; nil where that was no more than this process has had, which the system counts as the
        /// child's as well.
        public let peakMemory: Int?
    }

    /// It could not be started.
    public struct StartFailure: Error, Sendable, Hashable {
        public let errno: Int32

        public var isMissing: Bool { errno == ENOENT }
    }

    private static let complaintLimit = 8 << 10
    private static let pieceSize = 64 << 10

    private struct State {
        var pid: pid_t = 0
        var isStopped = false
    }

    private let program: String
    private let arguments: [String]
    private let environment: [String]
    private let ownsGroup: Bool
    private let state = Mutex(State())

    /// - Parameters:
    ///   - program: a path, or a name that is looked for on `PATH`.
    ///   - environment: `NAME=value`; nothing else is handed down.
    ///   - ownsGroup: whether it leads a process group of its own, which ends with it.
    public init(program: String, arguments: [String], environment: [String], ownsGroup: Bool) {
        self.program = program
        self.arguments = arguments
        self.environment = environment
        self.ownsGroup = ownsGroup
    }

    /// Runs it once. Whatever it started in its group is gone on return.
    /// - Parameters:
    ///   - input: an open file that becomes its standard input; it stays the caller's.
    ///   - outputLimit: bytes.
    public func run(input: Int32? = nil, outputLimit: Int, timeLimit: Duration) throws(StartFailure) -> Ending {
        let deadline = ContinuousClock.now.advanced(by: timeLimit)
        let inherited = Self.ownPeak
        let (pid, output, complaints) = try start(input: input)
        var reading = Reading(outputLimit: outputLimit)
        let limit = reading.take(output, complaints, until: deadline)
        // Pipes are at their end: what still runs has no business any more. A process that has ended keeps its own reason.
        kill(ownsGroup ? -pid : pid, SIGKILL)
        var status: Int32 = 0
        var usage = rusage()
        let isStopped = state.withLock { state in
            while wait4(pid, &status, 0, &usage) < 0, errno == EINTR {}
            state.pid = 0
            return state.isStopped
        }
        reading.takeRest(of: complaints)
        close(output)
        close(complaints)
        return Ending(
            cause: isStopped ? .stopped : limit ?? Self.cause(of: status), output: reading.output,
            complaints: String(decoding: reading.complaints, as: UTF8.self),
            peakMemory: usage.ru_maxrss > inherited ? usage.ru_maxrss * 1024 : nil)
    }

    #if canImport(Glibc)
        private static let ownUsage = RUSAGE_SELF.rawValue
    #else
        private static let ownUsage = RUSAGE_SELF
    #endif

    /// In kilobytes, as the child is told its own.
    private static var ownPeak: Int {
        var usage = rusage()
        getrusage(Self.ownUsage, &usage)
        return usage.ru_maxrss
    }

    /// Ends it, from any thread; one that was not started yet ends as soon as it is.
    public func stop() {
        state.withLock { state in
            state.isStopped = true
            if state.pid > 0 { kill(ownsGroup ? -state.pid : state.pid, SIGKILL) }
        }
    }

    private func start(input: Int32?) throws(StartFailure) -> (pid_t, output: Int32, complaints: Int32) {
        var (pid, output, complaints) = (pid_t(), Int32(), Int32())
        var words = ([program] + arguments).map { strdup($0) } + [nil]
        var variables = environment.map { strdup($0) } + [nil]
        defer { for word in words + variables { free(word) } }
        let error = state.withLock { state in
            let error = child_spawn(program, &words, &variables, input ?? -1, ownsGroup ? 1 : 0, &pid, &output, &complaints)
            guard error == 0 else { return error }
            state.pid = pid
            if state.isStopped { kill(ownsGroup ? -pid : pid, SIGKILL) }
            return 0
        }
        guard error == 0 else { throw StartFailure(errno: error) }
        return (pid, output, complaints)
    }

    private static func cause(of status: Int32) -> Ending.Cause {
        let signal = status & 0x7f
        return signal == 0 ? .exited((status >> 8) & 0xff) : .killed(signal: signal)
    }

    /// What is taken from the two pipes.
    private struct Reading {
        let outputLimit: Int
        var output: [UInt8] = []
        var complaints: [UInt8] = []

        /// Until the output is at its end; the limit that ended it before, if one did.
        mutating func take(_ outputPipe: Int32, _ complaintPipe: Int32, until deadline: ContinuousClock.Instant) -> Ending.Cause? {
            var pipes = [pollfd(fd: outputPipe, events: Int16(POLLIN), revents: 0), pollfd(fd: complaintPipe, events: Int16(POLLIN), revents: 0)]
            while true {
                let left = ContinuousClock.now.duration(to: deadline)
                guard left > .zero else { return .ranTooLong }
                let milliseconds = min(left / .milliseconds(1), 60_000)
                let count = poll(&pipes, nfds_t(pipes.count), Int32(milliseconds) + 1)
                if count < 0, errno != EINTR { return .ranTooLong }
                guard count > 0 else { continue }
                if pipes[1].revents != 0, !Self.read(complaintPipe, into: &complaints, keeping: complaintLimit) { pipes[1].fd = -1 }
                if pipes[0].revents != 0 {
                    guard Self.read(outputPipe, into: &output, keeping: outputLimit + 1) else { return nil }
                    if output.count > outputLimit { return .wroteTooMuch }
                }
            }
        }

        mutating func takeRest(of complaintPipe: Int32) { _ = Self.read(complaintPipe, into: &complaints, keeping: complaintLimit) }

        /// Reads what is there; false at the end.
        private static func read(_ pipe: Int32, into bytes: inout [UInt8], keeping limit: Int) -> Bool {
            withUnsafeTemporaryAllocation(byteCount: pieceSize, alignment: 16) { piece in
                while true {
                    guard let start = piece.baseAddress else { return false }
                    let count = Glibc.read(pipe, start, piece.count)
                    if count < 0, errno == EINTR { continue }
                    if count < 0 { return errno == EAGAIN }
                    bytes.append(contentsOf: piece.prefix(min(count, max(0, limit - bytes.count))))
                    return count > 0
                }
            }
        }
    }
}
