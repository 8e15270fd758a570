#if os(Linux)
    import Foundation
    import Glibc
    import Testing

    @testable import SearchIndex

    /// A disk that takes no more: memory that may not grow, opened as a file.
    @Suite struct LexicalFailureTests {
        private static let addSeals: CInt = 1033
        private static let mayNotGrow: CInt = 4
        private static let mayBeSealed: CUnsignedInt = 2

        /// Which the module of the C library leaves out.
        private func memoryFile() throws -> CInt {
            typealias Create = @convention(c) (UnsafePointer<CChar>, CUnsignedInt) -> CInt
            let create = unsafeBitCast(try #require(dlsym(nil, "memfd_create")), to: Create.self)
            return create("lexical", Self.mayBeSealed)
        }

        @Test(arguments: [0, 1, 2])
        func whatCannotBeWrittenIsFoundNonetheless(change: Int) throws {
            let memory = try memoryFile()
            try #require(memory >= 0)
            defer { close(memory) }
            let path = "/proc/self/fd/\(memory)"
            do {
                let index = try LexicalIndex(path: path)
                index.replace(document: 1, in: 1, passages: [passage(1, "whale song")])
                index.replace(document: 2, in: 2, passages: [passage(2, "whale boat")])
                #expect(index.fileError == nil)
                try #require(fcntl(memory, Self.addSeals, Self.mayNotGrow) == 0)
                switch change {
                case 0: index.replace(document: 1, in: 1, passages: [passage(3, "whale mast")])
                case 1: index.remove(document: 1, from: 1)
                default: index.removePartition(1)
                }
                #expect(index.fileError != nil)
                index.replace(document: 4, in: 1, passages: [passage(4, "whale harpoon")])
                index.remove(document: 2, from: 2)
                #expect(index.search("whale", partitions: [1, 2], limit: 9).map(\.key) == (change == 0 ? [3, 4] : [4]))
                #expect(index.search("harpoon", partitions: [1], limit: 9).map(\.key) == [4])
            }
            #expect(lseek(memory, 0, SEEK_END) == off_t(LexicalFileFormat.headerBytes), "a file that lacks a change is no cache")
            #expect(try LexicalIndex(path: path).passageCount == 0)
        }
    }
#endif
