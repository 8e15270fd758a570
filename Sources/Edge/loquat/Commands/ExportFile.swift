import Foundation

/// Where an export goes: standard output, or a file that has its name only once it is whole.
struct ExportFile: Sendable {
    /// Nil for standard output.
    private let path: String?
    /// What is written until then; `path` itself where that is no file, such as a pipe.
    private let written: String?
    private let descriptor: Int32

    /// - Parameter path: nil for standard output.
    init(_ path: String?) throws {
        guard let path else {
            (self.path, written, descriptor) = (nil, nil, STDOUT_FILENO)
            return
        }
        let place = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
        var isFolder: ObjCBool = false
        let isThere = FileManager.default.fileExists(atPath: place, isDirectory: &isFolder)
        guard !isFolder.boolValue else { throw CommandFailure("\(path) is a folder: name a file.") }
        let kind = isThere ? try FileManager.default.attributesOfItem(atPath: place)[.type] as? FileAttributeType : .typeRegular
        let beside = kind == .typeRegular ? "\(place).\(ProcessInfo.processInfo.processIdentifier).partial" : place
        (self.path, written, descriptor) = (place, beside, open(beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600))
        guard descriptor >= 0 else { throw CommandFailure("\(path) cannot be written: \(Self.reason).") }
    }

    func add(_ bytes: [UInt8]) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
            guard count > 0 else { throw CommandFailure("The export cannot be written: \(Self.reason).") }
            rest = rest.dropFirst(count)
        }
    }

    /// Gives it its name: it is whole.
    func keep() throws {
        guard let path, let written else { return }
        // What is no file is not kept anywhere.
        let isWhole = path == written ? close(descriptor) == 0 : fsync(descriptor) == 0 && close(descriptor) == 0 && rename(written, path) == 0
        guard isWhole else {
            throw CommandFailure("\(path) cannot be written: \(Self.reason).")
        }
    }

    /// Takes away what there is of it.
    func discard() {
        guard let path, let written, path != written else { return }
        _ = close(descriptor)
        unlink(written)
    }

    private static var reason: String { String(cString: strerror(errno)) }
}
