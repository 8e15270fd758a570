import ArgumentParser
import Foundation
import JSON
import LoquatClient

struct Keys: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Make, list and revoke API keys.",
        discussion: """
            Works while the server runs and while it does not.

            Examples:
              loquat keys create --name laptop
              loquat keys create --name ci --user ann@example.com
              loquat keys revoke laptop
            """,
        subcommands: [Create.self, List.self, Revoke.self])

    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print a new key, and nothing else.",
            discussion: "Example:\n  KEY=$(loquat keys create --name laptop)")

        @Option(help: "What the key is for.")
        var name: String

        @Option(help: "The user's e-mail address; without it, the owner.")
        var user: String?

        @OptionGroup var common: CommonOptions

        func run() async throws {
            let body: JSONValue = ["name": .string(name), "user": user.map { .string($0) } ?? .null]
            let made = try await LocalServer.withClient(try await common.settings(), makesData: true) {
                try await $0.request("POST", "/local/keys", body: body)
            }
            Output.line(made["key"]?.string ?? "")
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List the keys in force, without their text.", discussion: "Example:\n  loquat keys list")

        @OptionGroup var common: CommonOptions

        func run() async throws {
            let keys = try await LocalServer.withClient(try await common.settings()) { try await $0.request("GET", "/local/keys") }
            for key in keys.array ?? [] {
                Output.line("\(key["id"]?.string ?? "")  \(key["created_at"]?.string ?? "")  \(key["name"]?.string ?? "")")
            }
        }
    }

    struct Revoke: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Revoke a key by its name or id. It stops working at once.", discussion: "Example:\n  loquat keys revoke laptop")

        @Argument(help: "The key's name or id.")
        var key: String

        @OptionGroup var common: CommonOptions

        func run() async throws {
            let escaped = key.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? key
            do {
                _ = try await LocalServer.withClient(try await common.settings()) { try await $0.request("DELETE", "/local/keys/\(escaped)") }
            } catch let failure as Client.Failure where failure.status == 404 {
                throw CommandFailure("There is no key “\(key)” in force.")
            }
            Output.note("revoked \(key)")
        }
    }
}
