package import Conversation

/// Something that is to go wrong in an `InMemoryLogStore`.
package struct Fault: Sendable, Hashable {
    package enum Operation: Sendable, Hashable {
        case append, delete, claim, checkpoint, rebuild, read
    }

    package enum Moment: Sendable, Hashable {
        /// Nothing is written.
        case beforeCommit
        /// Everything is written, but the writer is told that it was not.
        case afterCommit
    }

    package let operation: Operation
    /// Counted among operations of this kind from when the fault was planned; the next one is 1.
    package let number: Int
    package let moment: Moment
    package let error: LogError

    package init(_ operation: Operation, number: Int = 1, at moment: Moment = .beforeCommit, _ error: LogError) {
        self.operation = operation
        self.number = number
        self.moment = moment
        self.error = error
    }

    /// The batch is on disk, and its writer does not hear of it.
    package static func lostAcknowledgement(ofAppend number: Int = 1) -> Fault {
        Fault(.append, number: number, at: .afterCommit, .unavailable(reason: "the acknowledgement was lost"))
    }
}

/// Counts operations and says which of them is to fail.
struct FaultPlan: Sendable {
    private var faults: [Fault] = []
    private var counts: [Fault.Operation: Int] = [:]

    init(_ faults: [Fault]) { self.faults = faults }

    mutating func next(_ operation: Fault.Operation) -> Fault? {
        let number = counts[operation, default: 0] + 1
        counts[operation] = number
        return faults.first { $0.operation == operation && $0.number == number }
    }
}
