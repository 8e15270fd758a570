// swift-tools-version: 6.2
import PackageDescription

// MARK: Layers

/// Dependencies point one way: Edge → Adapters → Domain → Kit. A target may use its own layer and those below it;
/// `target(_:in:…)` refuses to build a manifest that says otherwise.
enum Layer: Int {
    case kit, domain, adapters, edge

    var folder: String {
        switch self {
        case .kit: "Kit"
        case .domain: "Domain"
        case .adapters: "Adapters"
        case .edge: "Edge"
        }
    }
}

var layers: [String: Layer] = [:]

let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .treatAllWarnings(as: .error),
]

@MainActor
func place(_ name: String, in layer: Layer, using targets: [String]) {
    precondition(layers[name] == nil, "\(name) is declared twice")
    for used in targets {
        guard let below = layers[used] else {
            preconditionFailure("\(name) uses \(used), which is declared after it or not at all")
        }
        precondition(below.rawValue <= layer.rawValue, "\(name) (\(layer)) may not depend on \(used) (\(below))")
    }
    layers[name] = layer
}

/// A Swift target at `Sources/<Layer>/<name>` with its tests, if any, at `Tests/<Layer>/<name>Tests`; `testsExclude` are folders there that
/// tests read themselves.
@MainActor
func target(
    _ name: String, in layer: Layer, uses targets: [String] = [], packages: [Target.Dependency] = [], resources: [Resource]? = nil,
    executable: Bool = false, tests: Bool = true, testsUse: [String] = [], testsExclude: [String] = []
) -> [Target] {
    place(name, in: layer, using: targets)
    let dependencies = targets.map { Target.Dependency.byName(name: $0) } + packages
    let path = "Sources/\(layer.folder)/\(name)"
    let code: Target =
        executable
        ? .executableTarget(name: name, dependencies: dependencies, path: path, swiftSettings: settings)
        : .target(name: name, dependencies: dependencies, path: path, resources: resources, swiftSettings: settings)
    guard tests else { return [code] }
    let test = Target.testTarget(
        name: "\(name)Tests", dependencies: [.byName(name: name), "TestSupport"] + (targets + testsUse).map { .byName(name: $0) } + packages,
        path: "Tests/\(layer.folder)/\(name)Tests", exclude: testsExclude, swiftSettings: settings)
    return [code, test]
}

/// A C library of the system, found by pkg-config, with its module map at `Sources/Kit/<name>`.
@MainActor
func systemLibrary(_ name: String, pkgConfig: String? = nil, apt: String) -> [Target] {
    place(name, in: .kit, using: [])
    return [.systemLibrary(name: name, path: "Sources/Kit/\(name)", pkgConfig: pkgConfig, providers: [.apt([apt])])]
}

/// A C target of our own at `Sources/<Layer>/<name>`. `embeds` are the folders whose files it carries. One that is `hot` is optimized in
/// debug builds too; its flag keeps it out of what `LoquatClient` may use.
@MainActor
func cTarget(_ name: String, in layer: Layer, embeds: [String] = [], hot: Bool = false, tests: Bool = false) -> [Target] {
    place(name, in: layer, using: [])
    let path = "Sources/\(layer.folder)/\(name)"
    let code = Target.target(name: name, path: path, exclude: embeds, cSettings: hot ? [.unsafeFlags(["-O3"])] : nil)
    guard tests else { return [code] }
    return [
        code,
        .testTarget(
            name: "\(name)Tests", dependencies: [.byName(name: name), "TestSupport"], path: "Tests/\(layer.folder)/\(name)Tests",
            swiftSettings: settings),
    ]
}

func product(_ name: String, _ package: String) -> Target.Dependency { .product(name: name, package: package) }

// MARK: Targets

let nioCore = product("NIOCore", "swift-nio")
let nioPosix = product("NIOPosix", "swift-nio")
let logging = product("Logging", "swift-log")
let crypto = product("Crypto", "swift-crypto")
let lifecycle = product("ServiceLifecycle", "swift-service-lifecycle")

let kit: [[Target]] = [
    systemLibrary("CStemmer", apt: "libstemmer-dev"),
    systemLibrary("CGumbo", pkgConfig: "gumbo", apt: "libgumbo-dev"),
    systemLibrary("CMD4C", pkgConfig: "md4c", apt: "libmd4c-dev"),
    systemLibrary("CArgon2", pkgConfig: "libargon2", apt: "libargon2-dev"),
    systemLibrary("CArchive", pkgConfig: "libarchive", apt: "libarchive-dev"),
    systemLibrary("CXML2", pkgConfig: "libxml-2.0", apt: "libxml2-dev"),
    cTarget("CChildProcess", in: .kit),
    target("ChildProcesses", in: .kit, uses: ["CChildProcess"]),
    target("TimeOrdered", in: .kit),
    target("HTMLText", in: .kit, uses: ["CMD4C"], testsUse: ["JSON"]),
    target("JSON", in: .kit),
    target("ServerSentEvents", in: .kit, testsUse: ["JSON"]),
    target("TimeLimits", in: .kit),
    target(
        "DocumentText", in: .kit, uses: ["JSON", "CGumbo", "CMD4C", "CArchive", "CXML2", "CChildProcess", "ChildProcesses"]),
    target("SchemaReflection", in: .kit, uses: ["JSON"]),
    cTarget("CVectorMath", in: .kit, hot: true, tests: true),
    target("SearchIndex", in: .kit, uses: ["CStemmer", "CVectorMath"]),
    cTarget("COpenBLAS", in: .kit),
    target("WordPiece", in: .kit),
    target("SentenceEncoder", in: .kit, uses: ["JSON", "WordPiece", "CVectorMath", "COpenBLAS"]),
    target("VectorIndex", in: .kit, uses: ["CVectorMath"]),
]

let domain: [[Target]] = [
    target(
        "Conversation", in: .domain, uses: ["TimeOrdered", "JSON", "SearchIndex"], packages: [crypto], testsUse: ["ConversationTesting"],
        testsExclude: ["GoldenLogs"]),
    target(
        "Access", in: .domain, uses: ["TimeOrdered", "JSON", "CArgon2", "Conversation"],
        packages: [crypto, nioPosix, logging, product("JWTKit", "jwt-kit")], testsUse: ["AccessTesting", "ConversationTesting"]),
    target(
        "Retrieval", in: .domain, uses: ["TimeOrdered", "JSON", "SearchIndex", "VectorIndex", "DocumentText", "Access"],
        packages: [nioPosix, logging, lifecycle, crypto]),
    target("Generation", in: .domain, uses: ["TimeOrdered", "TimeLimits", "JSON", "SearchIndex", "VectorIndex", "Conversation", "Retrieval"]),
    target(
        "Turns", in: .domain, uses: ["TimeOrdered", "TimeLimits", "JSON", "Access", "Conversation", "Retrieval", "Generation"],
        packages: [logging, lifecycle, nioPosix],
        testsUse: ["ConversationTesting", "TurnsTesting", "SearchIndex"]),
]

let adapters: [[Target]] = [
    target(
        "StorageSQLite", in: .adapters,
        uses: ["TimeOrdered", "TimeLimits", "JSON", "SearchIndex", "DocumentText", "Access", "Conversation", "Retrieval", "Turns"],
        packages: [product("GRDB", "GRDB.swift"), logging, lifecycle, crypto],
        testsUse: ["ConversationTesting", "AccessTesting", "TurnsTesting"]),
    target(
        "DocumentReading", in: .adapters, uses: ["ChildProcesses", "DocumentText", "Retrieval"], packages: [nioPosix, lifecycle]),
    target(
        "Providers", in: .adapters, uses: ["TimeLimits", "JSON", "ServerSentEvents", "Generation", "Retrieval"],
        packages: [product("AsyncHTTPClient", "async-http-client"), nioCore, product("NIOHTTP1", "swift-nio"), logging]),
    target("LocalEmbeddings", in: .adapters, uses: ["Retrieval", "SentenceEncoder", "WordPiece"], packages: [nioPosix]),
]

let edge: [[Target]] = [

    target(
        "LoquatClient", in: .edge, uses: ["JSON", "ServerSentEvents"],
        packages: [product("AsyncHTTPClient", "async-http-client"), nioCore, product("NIOHTTP1", "swift-nio")], tests: false),
    target(
        "LoquatServer", in: .edge,
        uses: [
            "TimeOrdered", "JSON", "SchemaReflection", "ServerSentEvents", "HTMLText", "DocumentText", "Access", "Conversation", "Retrieval",
            "Generation",
            "Turns",
        ],
        packages: [
            product("Hummingbird", "hummingbird"), product("HummingbirdCore", "hummingbird"), product("HTTPTypes", "swift-http-types"),
            nioCore, nioPosix, product("NIOHTTP1", "swift-nio"), logging, lifecycle, crypto,
            product("CoreMetrics", "swift-metrics"),
        ]),
    cTarget("CWebAssets", in: .edge, embeds: ["own", "templates", "vendor"]),
    target(
        "LoquatWeb", in: .edge,
        uses: ["TimeOrdered", "JSON", "HTMLText", "DocumentText", "Access", "Conversation", "Retrieval", "Turns", "LoquatServer", "CWebAssets"],
        packages: [
            product("Hummingbird", "hummingbird"), product("HTTPTypes", "swift-http-types"), product("Mustache", "swift-mustache"),
            nioCore, nioPosix, logging, crypto,
        ]),
    target(
        "loquat", in: .edge,
        uses: [
            "TimeOrdered", "TimeLimits", "JSON", "DocumentText", "Access", "Conversation", "Retrieval", "Generation", "Turns", "StorageSQLite",
            "Providers",
            "SearchIndex", "VectorIndex", "LocalEmbeddings", "DocumentReading", "LoquatClient", "LoquatServer", "LoquatWeb",
        ],
        packages: [
            product("ArgumentParser", "swift-argument-parser"), product("Configuration", "swift-configuration"),
            product("Hummingbird", "hummingbird"),
            product("AsyncHTTPClient", "async-http-client"), product("UnixSignals", "swift-service-lifecycle"), logging, lifecycle, nioPosix, nioCore,
            product("SystemPackage", "swift-system"),
        ], executable: true, tests: false),
]

/// What tests of several targets share: contract suites that each implementation must pass, implementations that fail on demand, test
/// data and repeatable chance.
let testing: [Target] = [
    .target(name: "TestSupport", path: "Tests/TestSupport", swiftSettings: settings),
    .target(
        name: "ConversationTesting", dependencies: ["Conversation", "TimeOrdered", "JSON", "TestSupport"], path: "Tests/Domain/ConversationTesting",
        swiftSettings: settings),
    .target(
        name: "AccessTesting", dependencies: ["Access", "Conversation", "TimeOrdered", "JSON", "TestSupport"], path: "Tests/Domain/AccessTesting",
        swiftSettings: settings),
    .target(
        name: "TurnsTesting",
        dependencies: [
            "Turns", "Generation", "Retrieval", "Access", "Conversation", "DocumentText", "JSON", "ConversationTesting", "TimeOrdered", "TestSupport",
        ],
        path: "Tests/Domain/TurnsTesting", swiftSettings: settings),
]

let benchmarks: [Target] = [
    .executableTarget(
        name: "SearchBenchmark", dependencies: ["SearchIndex", product("GRDB", "GRDB.swift")], path: "Benchmarks/search",
        exclude: ["compare.py"], swiftSettings: settings),
    .executableTarget(
        name: "EmbeddingBenchmark", dependencies: ["SentenceEncoder", "WordPiece", "COpenBLAS", "JSON"], path: "Benchmarks/embeddings",
        exclude: ["compare.py"], swiftSettings: settings),
    .executableTarget(
        name: "VectorBenchmark", dependencies: ["VectorIndex"], path: "Benchmarks/vectors", exclude: ["compare.py"], swiftSettings: settings),
]

let package = Package(
    name: "loquat",
    platforms: [.macOS(.v26)],
    products: [
        .executable(name: "loquat", targets: ["loquat"]),
        .library(name: "LoquatClient", targets: ["LoquatClient"]),
    ],
    dependencies: [
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.1.1"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-crypto", "3.12.3"..<"5.0.0"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-configuration", from: "1.4.0"),
        .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/vapor/jwt-kit", from: "5.7.1"),
    ],
    targets: (kit + domain + adapters + edge).flatMap { $0 } + testing + benchmarks + [
        .testTarget(name: "TidyTests", path: "Tests/TidyTests", swiftSettings: settings)
    ]
)
