import JSON

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A safetensors file, mapped: eight bytes of length, a JSON header that names each tensor's type, shape and place, then their bytes.
/// Everything is checked before a tensor is handed out; pages are read when they are touched, and may be dropped again.
///
/// The file must not be cut while it is open: a mapping does not survive that.
public final class SafetensorsFile: Sendable {
    public struct Invalid: Error, Hashable, CustomStringConvertible {
        public let path: String
        public let reason: String

        public var description: String { "\(path) is no usable safetensors file: \(reason)" }
    }

    /// Bytes of header, and tensors, at the most.
    public static let headerLimit = 16 << 20
    public static let tensorLimit = 10_000

    struct Tensor: Hashable {
        let type: String
        let shape: [Int]
        /// From the file's start.
        let bytes: Range<Int>
    }

    public let path: String
    let tensors: [String: Tensor]
    private nonisolated(unsafe) let start: UnsafeRawPointer
    private let size: Int

    public init(path: String) throws(Invalid) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Invalid(path: path, reason: String(cString: strerror(errno))) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { throw Invalid(path: path, reason: "it is no file") }
        let size = Int(status.st_size)
        guard size > 8 else { throw Invalid(path: path, reason: "it has \(size) bytes") }
        guard let mapped = mmap(nil, size, PROT_READ, MAP_PRIVATE, descriptor, 0), mapped != MAP_FAILED else {
            throw Invalid(path: path, reason: "it cannot be mapped: \(String(cString: strerror(errno)))")
        }
        do throws(Invalid) {
            tensors = try Self.tensors(in: UnsafeRawBufferPointer(start: mapped, count: size), path: path)
        } catch {
            munmap(mapped, size)
            throw error
        }
        self.path = path
        self.size = size
        start = UnsafeRawPointer(mapped)
    }

    deinit { munmap(UnsafeMutableRawPointer(mutating: start), size) }

    private static func tensors(in file: UnsafeRawBufferPointer, path: String) throws(Invalid) -> [String: Tensor] {
        func invalid(_ reason: String) -> Invalid { Invalid(path: path, reason: reason) }
        let length = UInt64(littleEndian: file.loadUnaligned(as: UInt64.self))
        guard length <= UInt64(headerLimit) else { throw invalid("its header would have \(length) bytes; \(headerLimit) are possible") }
        guard Int(length) <= file.count - 8 else { throw invalid("it ends within its header of \(length) bytes") }
        let header: JSONValue
        do throws(JSONSyntaxError) {
            header = try JSONParser.parse(UnsafeRawBufferPointer(rebasing: file[8..<8 + Int(length)]), depthLimit: 8)
        } catch {
            throw invalid("its header is \(error)")
        }
        guard let members = header.object?.members, members.count <= tensorLimit else {
            throw invalid("its header is no object of at most \(tensorLimit) tensors")
        }
        let data = 8 + Int(length)
        var tensors: [String: Tensor] = [:]
        for member in members where member.name != "__metadata__" {
            guard let tensor = Self.tensor(member.value, data: data, end: file.count) else {
                throw invalid("what it says of the tensor \(member.name) does not fit its \(file.count) bytes")
            }
            guard tensors.updateValue(tensor, forKey: member.name) == nil else { throw invalid("it names the tensor \(member.name) twice") }
        }
        return tensors
    }

    private static func tensor(_ value: JSONValue, data: Int, end: Int) -> Tensor? {
        guard let type = value["dtype"]?.string, let sizes = value["shape"]?.array, let offsets = value["data_offsets"]?.array,
            offsets.count == 2, let from = offsets[0].int, let to = offsets[1].int, from >= 0, from <= to, to <= end - data
        else { return nil }
        var shape: [Int] = []
        for size in sizes {
            guard let size = size.int, size >= 0 else { return nil }
            shape.append(size)
        }
        return Tensor(type: type, shape: shape, bytes: data + from..<data + to)
    }

    /// The values of a tensor of 32-bit floats, row by row; they live as long as this file.
    /// - Throws: `Invalid` where there is none of this name, type and shape.
    func floats(_ name: String, shape: [Int]) throws(Invalid) -> UnsafePointer<Float> {
        guard let tensor = tensors[name] else { throw Invalid(path: path, reason: "it lacks the tensor \(name)") }
        guard tensor.type == "F32", tensor.shape == shape else {
            throw Invalid(path: path, reason: "\(name) is \(tensor.type) of \(tensor.shape), not F32 of \(shape)")
        }
        var bytes = MemoryLayout<Float>.size
        for size in shape {
            let (product, overflow) = bytes.multipliedReportingOverflow(by: size)
            guard !overflow else { throw Invalid(path: path, reason: "\(name) is larger than memory") }
            bytes = product
        }
        guard bytes == tensor.bytes.count else {
            throw Invalid(path: path, reason: "\(name) has \(tensor.bytes.count) bytes where its shape asks for \(bytes)")
        }
        guard tensor.bytes.lowerBound % MemoryLayout<Float>.alignment == 0 else { throw Invalid(path: path, reason: "\(name) is not aligned") }
        return (start + tensor.bytes.lowerBound).assumingMemoryBound(to: Float.self)
    }
}
