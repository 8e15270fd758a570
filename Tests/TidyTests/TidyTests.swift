import Foundation
import Testing

/// Rules of the house that a compiler does not know.
struct TidyTests {
    @Test func sourcesAreFound() {
        #expect(Repository.sources.count > 50)
        #expect(!Repository.tests.isEmpty)
    }

    @Test func filesAreShort() {
        for file in Repository.sources + Repository.tests {
            #expect(file.lines.count <= 300, "\(file) has \(file.lines.count) lines: does it carry two ideas?")
        }
    }

    @Test func linesAreShort() {
        for file in Repository.sources {
            for (number, line) in file.lines.enumerated() where line.count > 150 {
                Issue.record("\(file):\(number + 1) has \(line.count) characters")
            }
        }
    }

    @Test func importsPointDown() {
        let layers = ["Kit", "Domain", "Adapters", "Edge"]
        var layerOfTarget: [String: Int] = [:]
        for file in Repository.sources {
            let parts = file.path.split(separator: "/")
            if let layer = layers.firstIndex(of: String(parts[1])) { layerOfTarget[String(parts[2])] = layer }
        }
        for file in Repository.sources {
            let parts = file.path.split(separator: "/")
            guard let own = layers.firstIndex(of: String(parts[1])) else {
                Issue.record("\(file) is in no layer")
                continue
            }
            for line in file.lines where line.contains("import ") && !line.hasPrefix(" ") {
                let name = String(line.split(separator: " ").last ?? "")
                if let used = layerOfTarget[name], used > own { Issue.record("\(file) imports \(name), which is above it") }
            }
        }
    }

    @Test func onlyTheCompositionRootNamesAdapters() {
        for file in Repository.sources where file.path.hasPrefix("Sources/Edge/") {
            let names = file.lines.contains { $0 == "import StorageSQLite" }
            if names { #expect(file.path == "Sources/Edge/loquat/Composition/LoquatProcess.swift") }
        }
    }

    @Test func namesSaySomething() {
        let empty = ["utils", "util", "helpers", "helper", "common", "misc", "manager"]
        for file in Repository.sources + Repository.tests {
            for part in file.path.lowercased().replacing(".swift", with: "").split(separator: "/") {
                #expect(!empty.contains(String(part)), "\(file)")
            }
        }
    }

    @Test func nothingIsLeftForLater() {
        let words = ["TODO", "FIXME", "XXX", "HACK", "not implemented"]
        for file in Repository.sources {
            for (number, line) in file.lines.enumerated() where words.contains(where: line.contains) {
                Issue.record("\(file):\(number + 1) \(line)")
            }
        }
    }

    @Test func whatHidesErrorsHasAReason() throws {
        let patterns = [" try! ", " try? ", "(try? ", " as! ", "fatalError(", " Task {", "(Task {", "Task.detached"]
        for file in Repository.sources {
            for (number, line) in file.lines.enumerated() where patterns.contains(where: line.contains) {
                let before = number > 0 ? file.lines[number - 1] : ""
                let isExplained = line.contains("// reason:") || before.contains("// reason:") || line.drop { $0 == " " }.hasPrefix("//")
                #expect(isExplained, "\(file):\(number + 1) needs a `// reason:`")
            }
        }
    }

    @Test func noTypeIsNamedLikeItsModule() {
        for file in Repository.sources {
            let module = file.path.split(separator: "/")[2]
            for keyword in ["struct", "enum", "class", "actor", "protocol"] {
                #expect(!file.text.contains("\(keyword) \(module) ") && !file.text.contains("\(keyword) \(module):"), "\(file)")
            }
        }
    }

    @Test func scriptsAreUsed() throws {
        let callers = ["Makefile", ".ci/run", "README.md", "CONTRIBUTING.md"] + scripts().map { "Scripts/\($0)" }
        let texts = callers.map { (path: $0, text: (try? String(contentsOf: Repository.root.appendingPathComponent($0), encoding: .utf8)) ?? "") }
        for script in scripts() {
            let isUsed = texts.contains { $0.path != "Scripts/\(script)" && $0.text.contains("Scripts/\(script)") }
            #expect(isUsed, "nothing names Scripts/\(script)")
        }
    }

    private func scripts() -> [String] {
        (try? FileManager.default.contentsOfDirectory(atPath: Repository.root.appendingPathComponent("Scripts").path)) ?? []
    }
}
