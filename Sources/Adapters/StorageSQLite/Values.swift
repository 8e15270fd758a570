import Conversation
import Foundation
public import GRDB
public import TimeOrdered

extension UUIDv7: SQLExpressible {}
extension UUIDv7: StatementBinding {}
extension UUIDv7: DatabaseValueConvertible {
    public var databaseValue: DatabaseValue { Data(bytes).databaseValue }

    public static func fromDatabaseValue(_ value: DatabaseValue) -> UUIDv7? {
        Data.fromDatabaseValue(value).flatMap { UUIDv7(bytes: $0) }
    }
}

extension Timestamp: SQLExpressible {}
extension Timestamp: StatementBinding {}
extension Timestamp: DatabaseValueConvertible {
    public var databaseValue: DatabaseValue { milliseconds.databaseValue }

    public static func fromDatabaseValue(_ value: DatabaseValue) -> Timestamp? {
        Int64.fromDatabaseValue(value).map(Timestamp.init(milliseconds:))
    }
}

/// Text and bytes are stored as blobs: SQLite's text functions and GRDB cut text at NUL.
extension String {
    var blob: Data { Data(utf8) }

    init(blob: Data) { self.init(decoding: blob, as: UTF8.self) }
}

extension Row {
    func string(_ column: String) -> String { String(blob: self[column] as Data) }
    func optionalString(_ column: String) -> String? { (self[column] as Data?).map(String.init(blob:)) }
    func bytes(_ column: String) -> [UInt8] { Array(self[column] as Data) }
}

extension Statement {
    /// Decodes each row where it stands: a copy looks its columns up by comparing their names one by one.
    func rows<Value>(_ arguments: StatementArguments, _ decode: (Row) throws -> Value) throws -> [Value] {
        let cursor = try Row.fetchCursor(self, arguments: arguments)
        var values: [Value] = []
        while let row = try cursor.next() { values.append(try decode(row)) }
        return values
    }

    /// The same of the first row.
    func row<Value>(_ arguments: StatementArguments, _ decode: (Row) throws -> Value) throws -> Value? {
        let cursor = try Row.fetchCursor(self, arguments: arguments)
        // The row is gone where its cursor is.
        return try withExtendedLifetime(cursor) { try cursor.next().map(decode) }
    }
}

extension Error {
    /// SQLite finds the file's content impossible.
    var isDamage: Bool {
        guard let error = self as? DatabaseError else { return false }
        return error.resultCode == .SQLITE_CORRUPT || error.resultCode == .SQLITE_NOTADB
    }
}

extension LogError {
    /// What a failure of SQLite means to those who write.
    init(_ error: any Error) {
        switch error {
        case let error as LogError: self = error
        case let error as DatabaseError where error.resultCode == .SQLITE_FULL: self = .full
        case let error where error.isDamage: self = .databaseDamaged
        default: self = .unavailable(reason: "\(error)")
        }
    }
}
