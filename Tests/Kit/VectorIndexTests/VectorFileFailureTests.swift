#if os(Linux)
    import Foundation
    import Glibc
    import Testing

    @testable import VectorIndex

    /// A folder that cannot be read, though the files in it can.
    @Suite struct VectorFileFailureTests {
        private static let nobody: uid_t = 65534
        private static let mayNotBeRead: mode_t = 0o300

        /// Runs the body as the folder's owner, who is not root: to root nothing is closed. The change is of this thread alone, and the module
        /// of the C library leaves it out.
        private func asOwner(of folder: String, _ body: () throws -> Void) throws {
            guard geteuid() == 0 else { return try body() }
            typealias SetUser = @convention(c) (uid_t) -> CInt
            let setUser = unsafeBitCast(try #require(dlsym(nil, "setfsuid")), to: SetUser.self)
            try #require(chown(folder, Self.nobody, gid_t.max) == 0)
            _ = setUser(Self.nobody)
            defer { _ = setUser(0) }
            try body()
        }

        @Test func whatIsStoredAfterACompactionThatFailedIsThereAfterARestart() throws {
            let fixture = try VectorFixture()
            let folder = URL(fileURLWithPath: fixture.path).deletingLastPathComponent().path
            try asOwner(of: folder) {
                do {
                    let store = try fixture.open()
                    try store.replace([fixture.document(1), fixture.document(2)])
                    try store.remove(document: 1)
                    try #require(chmod(folder, Self.mayNotBeRead) == 0)
                    #expect(throws: VectorFileError.self) { try store.forgetDeleted() }
                    try store.replace([fixture.document(3)])
                    #expect(try store.keys() == [200, 201, 202, 300, 301, 302])
                }
                #expect(try fixture.open().keys() == [200, 201, 202, 300, 301, 302])
            }
        }
    }
#endif
