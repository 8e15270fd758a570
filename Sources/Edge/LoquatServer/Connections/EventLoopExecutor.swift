import NIOCore
import Synchronization

/// Runs tasks on an event loop, so that what a connection says need not change threads to be answered. Nothing that runs here may wait
/// for a disk or compute for long: that has threads of its own.
final class EventLoopExecutor: TaskExecutor {
    private static let all = Mutex<[ObjectIdentifier: EventLoopExecutor]>([:])

    private let loop: any EventLoop
    /// Jobs in their order, run together the next time around the loop.
    private let waiting = Mutex<[UnownedJob]>([])

    private init(_ loop: any EventLoop) { self.loop = loop }

    /// The one executor of a loop.
    static func of(_ loop: any EventLoop) -> EventLoopExecutor {
        all.withLock { all in
            if let known = all[ObjectIdentifier(loop)] { return known }
            let executor = EventLoopExecutor(loop)
            all[ObjectIdentifier(loop)] = executor
            return executor
        }
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let isFirst = waiting.withLock { waiting in
            waiting.append(job)
            return waiting.count == 1
        }
        if isFirst { loop.execute { self.runWaiting() } }
    }

    private func runWaiting() {
        let jobs = waiting.withLock { waiting in
            defer { waiting = [] }
            return waiting
        }
        let executor = asUnownedTaskExecutor()
        for job in jobs { job.runSynchronously(on: executor) }
    }
}
