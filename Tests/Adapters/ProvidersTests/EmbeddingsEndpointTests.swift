import AsyncHTTPClient
import JSON
import Retrieval
import Synchronization
import Testing

@testable import Providers

/// What an endpoint refuses, and what becomes of the rest.
struct EmbeddingsEndpointTests {
    private static let settings = EmbeddingsEndpoint.Settings(baseURL: "http://endpoint.test/v1", model: "m", apiKey: nil)

    private static func texts(_ body: JSONValue) -> [String] { (body["input"]?.array ?? []).compactMap(\.string) }

    /// Of each text a vector that tells its length.
    private static func vectors(_ body: JSONValue, dimensions: Int = 2) -> HTTPClientResponse {
        let data = texts(body).enumerated().map { place, text in
            let rest = repeatElement(",0", count: dimensions - 2).joined()
            return #"{"index":\#(place),"embedding":[\#(text.count),100\#(rest)]}"#
        }
        return ScriptedEndpoint.text(#"{"data":[\#(data.joined(separator: ","))]}"#)
    }

    private static func refusing(_ status: Int = 400, where isRefused: @escaping @Sendable (String) -> Bool) -> ScriptedEndpoint {
        ScriptedEndpoint { texts($0).contains(where: isRefused) ? ScriptedEndpoint.status(status) : vectors($0) }
    }

    private func lengths(_ embeddings: Embeddings) -> [Int] {
        (0..<embeddings.count).map { place in
            let pair = Array(embeddings[place])
            return Int((100 * pair[0] / pair[1]).rounded())
        }
    }

    private enum Outcome { case vectors, unavailable, refused, other }

    private func outcome(_ work: () async throws -> Embeddings) async -> Outcome {
        do {
            _ = try await work()
            return .vectors
        } catch EmbeddingError.unavailable { return .unavailable } catch EmbeddingError.refused { return .refused } catch { return .other }
    }

    @Test(arguments: [400, 413, 422, 500], EmbeddingPriority.allCases)
    func whatIsTooLongIsShortenedAndTheOthersAreWhole(status: Int, priority: EmbeddingPriority) async throws {
        let script = Self.refusing(status) { $0.count > 300 }
        let embedder = try await EmbeddingsEndpoint(Self.settings, dimensions: 2, endpoint: script.endpoint())
        var texts = (1...100).map { String(repeating: "a", count: $0) }
        texts[7] = String(repeating: "b", count: 1000)
        texts[70] = String(repeating: "c", count: 16_000)
        let found = lengths(try await embedder.embed(texts, priority: priority))
        for (place, length) in found.enumerated() where ![7, 70].contains(place) { #expect(length == place + 1) }
        #expect(found[7] == 250 && found[70] == 250)
    }

    @Test func aBatchThatIsTooLargeIsParted() async throws {
        let script = ScriptedEndpoint { Self.texts($0).count > 5 ? ScriptedEndpoint.status(413) : Self.vectors($0) }
        let embedder = try await EmbeddingsEndpoint(Self.settings, dimensions: 2, endpoint: script.endpoint())
        let found = try await embedder.embed((1...64).map { String(repeating: "a", count: $0) }, priority: .background)
        #expect(lengths(found) == Array(1...64))
    }

    @Test(arguments: [400, 500])
    func aTextThatIsNotTakenAtAllIsRefused(status: Int) async throws {
        let script = Self.refusing(status) { $0.contains("x") }
        let embedder = try await EmbeddingsEndpoint(Self.settings, dimensions: 2, endpoint: script.endpoint())
        #expect(await outcome { try await embedder.embed(["a", "xxx", "b"], priority: .background) } == .refused)
    }

    @Test(arguments: [#"{"data":[{"embedding":[1,null]}]}"#, #"{"data":[{"embedding":[1,NaN]}]}"#, #"{"data":[]}"#])
    func whatIsNoVectorOfOneTextIsNoneOfItsNeighbours(answer: String) async throws {
        let script = ScriptedEndpoint { body in
            Self.texts(body).contains { $0.count > 300 } ? ScriptedEndpoint.text(answer) : Self.vectors(body)
        }
        let embedder = try await EmbeddingsEndpoint(Self.settings, dimensions: 2, endpoint: script.endpoint())
        let texts = [10, 400, 20].map { String(repeating: "a", count: $0) }
        #expect(lengths(try await embedder.embed(texts, priority: .background)) == [10, 200, 20])
        let mute = ScriptedEndpoint { _ in ScriptedEndpoint.text(answer) }
        let other = try await EmbeddingsEndpoint(Self.settings, dimensions: 2, endpoint: mute.endpoint())
        #expect(await outcome { try await other.embed(texts, priority: .background) } == .unavailable)
        #expect(mute.requests.count == 2)
    }

    @Test(arguments: [nil, 400, 401, 404, 422, 429, 500, 503], EmbeddingPriority.allCases)
    func anEndpointThatTakesNothingIsDown(status: Int?, priority: EmbeddingPriority) async throws {
        let script = ScriptedEndpoint { _ in
            guard let status else { throw ScriptedEndpoint.NotThere() }
            return ScriptedEndpoint.status(status)
        }
        let embedder = try await EmbeddingsEndpoint(Self.settings, dimensions: 2, endpoint: script.endpoint())
        #expect(await outcome { try await embedder.embed((1...64).map { "text \($0)" }, priority: priority) } == .unavailable)
        #expect(script.requests.count <= 3)
    }

    @Test func onlyAQuestionKeepsOthersFromBeingSent() async throws {
        for priority in EmbeddingPriority.allCases {
            let script = ScriptedEndpoint { _ in ScriptedEndpoint.stalled }
            let embedder = try await EmbeddingsEndpoint(Self.settings, dimensions: 2, endpoint: script.endpoint(timeIsUp: true))
            func error(_ priority: EmbeddingPriority) async -> EmbeddingError? {
                await #expect(throws: EmbeddingError.self) { try await embedder.embed(["a"], priority: priority) }
            }
            let inTime = EmbeddingError.unavailable("the endpoint of embeddings: it does not answer in time")
            #expect(await error(priority) == inTime)
            let question = await error(.interactive)
            #expect((question == inTime) == (priority != .interactive), "\(priority)")
        }
    }

    /// It takes the plain text, and then nothing more.
    @Test func anEndpointThatFailsHalfwayIsDown() async throws {
        let count = Mutex(0)
        let script = ScriptedEndpoint { body in
            let place = count.withLock { count in
                count += 1
                return count
            }
            return place == 2 ? Self.vectors(body) : ScriptedEndpoint.status(500)
        }
        let embedder = try await EmbeddingsEndpoint(Self.settings, dimensions: 2, endpoint: script.endpoint())
        #expect(await outcome { try await embedder.embed(["a", "b"], priority: .background) } == .unavailable)
    }

    @Test func oneStumbleCutsNothingOff() async throws {
        let isFirst = Mutex(true)
        let script = ScriptedEndpoint { body in
            let stumbles = isFirst.withLock { first in
                defer { first = false }
                return first
            }
            return stumbles ? ScriptedEndpoint.status(500) : Self.vectors(body)
        }
        let embedder = try await EmbeddingsEndpoint(Self.settings, dimensions: 2, endpoint: script.endpoint())
        #expect(lengths(try await embedder.embed([String(repeating: "a", count: 400)], priority: .interactive)) == [400])
    }

    @Test func vectorsOfAnotherLengthAreTold() async throws {
        let script = ScriptedEndpoint { Self.vectors($0, dimensions: 5) }
        let told = Mutex<[Int]>([])
        let embedder = try await EmbeddingsEndpoint(Self.settings, dimensions: 2, endpoint: script.endpoint()) { from in
            told.withLock { $0.append(from) }
        }
        #expect(await outcome { try await embedder.embed(["a"], priority: .background) } == .unavailable)
        #expect(told.withLock { $0 } == [2])
        #expect(try await EmbeddingsEndpoint(Self.settings, endpoint: script.endpoint()).model.dimensions == 5)
    }
}
