import HTTPTypes
import Hummingbird
import Turns

// Why a turn was not begun, or a line not changed.
extension Problem {
    init(_ refusal: TurnRefusal) {
        switch refusal {
        case .turnInProgress(let turn): self = .turnInProgress(turn)
        case .draining:
            self.init(status: .serviceUnavailable, code: "draining", detail: "The server is going down.", headers: [.retryAfter: "5"])
        case .tooManyTurns(let limit):
            self.init(
                status: .tooManyRequests, code: "too_many_turns", detail: "\(limit) turns are running, which is the limit.",
                headers: .usedUp(limit: limit))
        case .noSuchModel(let name):
            self.init(status: .notFound, code: "model_not_found", detail: "There is no model “\(name.prefix(100))”; GET /v1/models lists them.")
        case .lineChanging:
            self.init(status: .conflict, code: "line_changing", detail: "The conversation is being changed. Try again.", headers: [.retryAfter: "1"])
        }
    }

    init(_ refusal: LineRefusal) {
        switch refusal {
        case .notOnLine:
            self.init(
                status: .conflict, code: "not_on_line",
                detail: "The turn is not on the current line. Select it, or switch to its branch, first.")
        case .notRewound:
            self.init(
                status: .conflict, code: "not_rewound", detail: "The event is no rewinding of the current branch; POST …/rewind answers with its id.")
        case .noSuchBranch: self = .notFound
        case .nameTaken: self.init(status: .conflict, code: "name_taken", detail: "The session has a branch of this name already.")
        case .tooManyBranches(let limit):
            self.init(status: .conflict, code: "too_many_branches", detail: "The session has \(limit) branches, which is the limit.")
        case .mainKeepsItsName: self.init(status: .conflict, code: "main_branch", detail: "The main branch keeps its name.")
        case .notCutOff:
            self.init(status: .conflict, code: "not_cut_off", detail: "The answer is complete. Regenerate it to have it said in another way.")
        case .notAnswered:
            self.init(
                status: .conflict, code: "not_last", detail: "The message has no answer and is not the last one. Rewind to it, or select it, first.")
        case .stillRunning: self.init(status: .conflict, code: "turn_in_progress", detail: "The turn is being answered.")
        }
    }
}
