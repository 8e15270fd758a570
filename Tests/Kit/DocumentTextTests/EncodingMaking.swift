#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Text as bytes of an encoding, by the C library.
enum EncodingMaking {
    static func encode(_ text: String, as name: String) -> [UInt8]? {
        guard let converter = iconv_open(name, "UTF-8"), converter != iconv_t(bitPattern: -1) else { return nil }
        defer { iconv_close(converter) }
        var input = text.utf8.map { CChar(bitPattern: $0) }
        var output = [CChar](repeating: 0, count: input.count * 8 + 16)
        let count: Int? = input.withUnsafeMutableBufferPointer { source in
            output.withUnsafeMutableBufferPointer { target in
                var (from, left) = (source.baseAddress, source.count)
                var (to, free) = (target.baseAddress, target.count)
                guard iconv(converter, &from, &left, &to, &free) != Int(bitPattern: UInt.max) else { return nil }
                // Back to where the encoding begins, which some must say.
                guard iconv(converter, nil, nil, &to, &free) != Int(bitPattern: UInt.max) else { return nil }
                return target.count - free
            }
        }
        return count.map { output[..<$0].map { UInt8(bitPattern: $0) } }
    }
}
