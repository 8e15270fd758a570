import Conversation
import Foundation
import GRDB

/// What keeps a data directory from being opened, in words for whoever started the program.
package struct StorageFault: Error, CustomStringConvertible {
    package let description: String

    /// Nil for what is no fault of a disk or of a file on it.
    package init?(_ error: any Error, in directory: String) {
        switch error {
        case let error as DatabaseError where [.SQLITE_FULL, .SQLITE_IOERR, .SQLITE_CANTOPEN].contains(error.resultCode):
            self.init(fullDisk: directory)
        case LogError.full: self.init(fullDisk: directory)
        case let error as CocoaError where error.code == .fileWriteOutOfSpace: self.init(fullDisk: directory)
        case let error as DatabaseError where error.isDamage: self.init(damaged: directory, error.message ?? "it is none")
        case LogError.databaseDamaged: self.init(damaged: directory, "it can be read in part")
        default: return nil
        }
    }

    private init(description: String) { self.description = description }

    private init(damaged directory: String, _ reason: String) {
        self.init(
            description: """
                A database in \(directory) is damaged: \(reason). `loquat restore` makes a data directory of a backup; the manual's page on backups \
                says what else can be done.
                """)
    }

    private init(fullDisk directory: String) {
        self.init(
            description: """
                The files in \(directory) cannot be written: the disk is full, or they may not be. Reading needs a little room there, too. \
                Make some, or copy the folder to where there is.
                """)
    }
}
