// swift-tools-version: 6.2
import PackageDescription

/// The same strict settings on every target: Swift 6 language mode (below), no warnings, explicit existentials.
let strict: [SwiftSetting] = [
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableExperimentalFeature("Lifetimes"),
]

/// Set while `scripts/profile` records what the optimiser is told of the targets on the path of every packet.
let recordsProfile = Context.environment["FAXPROBE_RECORD_PROFILE"] != nil

/// How often each branch was taken when captures were read; a function that changed since goes without.
let profile =
    recordsProfile ? "-ir-profile-generate" : "-ir-profile-use=\(Context.packageDirectory)/profile/faxprobe.profdata"

/// For the targets on the path of every packet: tests run with exclusivity checks, the release build trusts them.
let fast: [SwiftSetting] =
    strict + [
        .unsafeFlags(
            [
                "-enforce-exclusivity=unchecked", "-cross-module-optimization", "-Xfrontend", "-function-sections",
                "-Xfrontend", profile,
                // No folder of whoever recorded it stands in the profile.
                "-Xllvm", "-static-func-full-module-prefix=false",
            ], .when(configuration: .release))
    ]

/// The toolchain's own linker puts functions that call one another often side by side.
let linking: [LinkerSetting] = [
    .unsafeFlags(
        ["-use-ld=lld"] + (recordsProfile ? ["-Xclang-linker", "-fprofile-generate"] : []),
        .when(configuration: .release))
]

/// A C library of the system, found by pkg-config, installed by `scripts/setup`.
func system(_ name: String, pkgConfig: String, apt: String) -> Target {
    .systemLibrary(name: name, path: "Sources/\(name)", pkgConfig: pkgConfig, providers: [.apt([apt])])
}

func library(_ name: String, _ dependencies: [Target.Dependency], _ settings: [SwiftSetting] = strict) -> Target {
    .target(name: name, dependencies: dependencies, path: "Sources/\(name)", swiftSettings: settings)
}

/// The same with files that are compiled into it: styles and scripts of reports.
func library(_ name: String, _ dependencies: [Target.Dependency], embedding files: [String]) -> Target {
    .target(
        name: name, dependencies: dependencies, path: "Sources/\(name)", resources: files.map { .embedInCode($0) },
        swiftSettings: strict)
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .testTarget(
        name: name, dependencies: dependencies + ["TestSupport"], path: "Tests/\(name)", swiftSettings: strict)
}

let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")

// Listed from the bottom up: a target imports only what stands above it in this list.
let package = Package(
    name: "faxprobe",
    products: [.executable(name: "faxprobe", targets: ["faxprobe"])],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
        .package(url: "https://github.com/jpsim/Yams", exact: "6.2.2"),
        .package(url: "https://github.com/apple/swift-crypto", exact: "4.5.2"),
        .package(url: "https://github.com/apple/swift-nio", exact: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", exact: "2.37.6"),
        .package(url: "https://github.com/swift-server/async-http-client", exact: "1.37.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", exact: "2.28.1"),
        .package(url: "https://github.com/apple/swift-http-types", exact: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
    ],
    targets: [
        system("CPcap", pkgConfig: "libpcap", apt: "libpcap-dev"),
        system("CSpanDSP", pkgConfig: "spandsp", apt: "libspandsp-dev"),
        system("CTIFF", pkgConfig: "libtiff-4", apt: "libtiff-dev"),
        system("CSndFile", pkgConfig: "sndfile", apt: "libsndfile1-dev"),
        system("CSRTP", pkgConfig: "libsrtp2", apt: "libsrtp2-dev"),
        system("CZlib", pkgConfig: "zlib", apt: "zlib1g-dev"),
        system("CZstd", pkgConfig: "libzstd", apt: "libzstd-dev"),
        .systemLibrary(name: "CFileRoom", path: "Sources/CFileRoom"),
        .systemLibrary(name: "CHeap", path: "Sources/CHeap"),
        .systemLibrary(name: "CPrefetch", path: "Sources/CPrefetch"),
        .target(
            name: "CResolver", path: "Sources/CResolver", linkerSettings: [.linkedLibrary("resolv")]),
        library("FaxCore", [], fast),
        library("PlacedText", [.product(name: "Yams", package: "Yams")]),
        library("FaxWire", ["FaxCore"], fast),
        library("FaxProtocol", ["FaxCore", "FaxWire"], fast),
        .target(name: "CFaxEngine", dependencies: ["CSpanDSP"], path: "Sources/CFaxEngine"),
        library("FaxDSP", ["FaxCore", "FaxWire", "CSpanDSP", "CFaxEngine", "CTIFF", "CSndFile"], fast),
        library(
            "PcapDecode",
            ["FaxCore", "FaxWire", "FaxProtocol", "CPcap", "CSRTP", "CZlib", "CZstd", "CPrefetch"], fast),
        library("T30Analyzer", ["FaxCore", "FaxWire", "FaxProtocol", "FaxDSP", "PcapDecode"], fast),
        library("CaptureCompare", ["FaxCore", "FaxWire", "PcapDecode", "T30Analyzer"]),
        library("FaxStation", ["FaxCore", "FaxWire", "FaxProtocol", "FaxDSP"], fast),
        library("Simulator", ["FaxCore", "FaxWire", "FaxProtocol", "FaxDSP", "FaxStation", "PcapDecode"], fast),
        library("Sanitizer", ["FaxCore", "FaxWire", "FaxProtocol", "FaxDSP", "PcapDecode", "T30Analyzer"]),
        library(
            "FaxReport",
            ["FaxCore", "FaxWire", "FaxDSP", "PcapDecode", "T30Analyzer", "CaptureCompare", "CZlib", crypto],
            embedding: [
                "HTML/report.css", "HTML/page.js", "HTML/frames.js", "HTML/timeline.js", "HTML/drawing.js",
                "HTML/overview.js", "HTML/start.js",
            ]),
        library(
            "Regression",
            [
                "FaxCore", "FaxDSP", "FaxProtocol", "FaxStation", "PcapDecode", "T30Analyzer", "FaxReport", "Simulator",
                "PlacedText",
            ],
            embedding: ["Reports/HTML/regress.css", "Reports/HTML/regress.js"]),
        library(
            "FaxEndpoint",
            [
                "FaxCore", "FaxWire", "FaxProtocol", "FaxDSP", "FaxStation", "PcapDecode", "T30Analyzer", "Simulator",
                "FaxReport", "PlacedText", "CZlib", "CFileRoom", "CResolver", crypto,
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOTLS", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ]),
        library("ATADrivers", ["FaxReport"]),
        library(
            "ATALive",
            [
                "FaxCore", "FaxWire", "FaxProtocol", "FaxDSP", "FaxStation", "PcapDecode", "T30Analyzer", "Simulator",
                "FaxReport", "Regression", "PlacedText", "FaxEndpoint", "ATADrivers",
                .product(name: "NIOCore", package: "swift-nio"), .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Logging", package: "swift-log"),
            ]),
        library(
            "ServerDrivers",
            [
                "ATALive",
                "FaxCore", "FaxWire", "FaxProtocol", "FaxDSP", "FaxStation", "PcapDecode", "T30Analyzer", "FaxReport",
                "FaxEndpoint", .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ]),
        library(
            "LiveLab",
            [
                "FaxCore", "FaxWire", "FaxProtocol", "FaxDSP", "FaxStation", "PcapDecode", "T30Analyzer", "Simulator",
                "FaxReport", "Regression", "FaxEndpoint", "ATADrivers", "ATALive", "ServerDrivers",
                .product(name: "NIOCore", package: "swift-nio"), .product(name: "NIOPosix", package: "swift-nio"),
            ]),
        .executableTarget(
            name: "faxprobe",
            dependencies: [
                "FaxCore", "FaxWire", "FaxProtocol", "FaxDSP", "PcapDecode", "T30Analyzer", "Sanitizer",
                "CaptureCompare", "FaxReport", "Simulator", "Regression", "FaxEndpoint", "ATADrivers", "ATALive",
                "ServerDrivers", "PlacedText", "CHeap", argumentParser,
            ],
            path: "Sources/faxprobe", swiftSettings: strict, linkerSettings: linking),
        .executableTarget(
            name: "faxlab",
            dependencies: [
                "FaxCore", "FaxWire", "FaxProtocol", "FaxDSP", "PcapDecode", "T30Analyzer", "Sanitizer", "Simulator",
                "FaxReport", "Regression", "FaxEndpoint", "LiveLab", argumentParser,
            ],
            path: "Sources/faxlab", swiftSettings: strict, linkerSettings: linking),
        .target(
            name: "TestSupport", dependencies: ["FaxCore", "FaxWire", "PcapDecode"], path: "Tests/TestSupport",
            swiftSettings: strict),
        tests("FaxCoreTests", ["FaxCore"]),
        tests("FaxWireTests", ["FaxCore", "FaxWire"]),
        tests("FaxProtocolTests", ["FaxCore", "FaxWire", "FaxProtocol", "FaxDSP"]),
        tests("FaxStationTests", ["FaxCore", "FaxWire", "FaxProtocol", "FaxDSP", "FaxStation", "Simulator"]),
        tests("FaxDSPTests", ["FaxCore", "FaxWire", "FaxDSP", "CSpanDSP", "Simulator"]),
        tests("PcapDecodeTests", ["FaxCore", "FaxWire", "FaxProtocol", "PcapDecode", "CSRTP", "CZlib", "CZstd"]),
        tests(
            "T30AnalyzerTests",
            ["FaxCore", "FaxWire", "FaxProtocol", "FaxDSP", "PcapDecode", "T30Analyzer", "FaxStation", "Simulator"]),
        tests(
            "CaptureCompareTests", ["FaxCore", "FaxWire", "PcapDecode", "T30Analyzer", "CaptureCompare", "FaxReport"]),
        tests(
            "SimulatorTests", ["FaxCore", "FaxWire", "FaxProtocol", "FaxDSP", "FaxStation", "PcapDecode", "Simulator"]),
        tests(
            "RegressionTests",
            [
                "FaxCore", "FaxProtocol", "FaxStation", "FaxDSP", "T30Analyzer", "FaxReport", "Simulator", "Regression",
                "PlacedText",
            ]),
        tests(
            "FaxEndpointTests",
            [
                "FaxCore", "FaxWire", "FaxProtocol", "FaxDSP", "FaxStation", "PcapDecode", "Simulator",
                "FaxEndpoint", "FaxReport", "LiveLab", "PlacedText", "CSpanDSP",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOEmbedded", package: "swift-nio"),
            ]),
        tests("ATADriversTests", ["ATADrivers"]),
        tests(
            "ATALiveTests",
            [
                "FaxCore", "FaxWire", "FaxProtocol", "FaxDSP", "FaxStation", "FaxReport", "FaxEndpoint", "ATADrivers",
                "ATALive", "PlacedText",
            ]),
        tests(
            "ServerDriversTests",
            [
                "FaxCore", "FaxProtocol", "FaxDSP", "FaxStation", "FaxReport", "FaxEndpoint", "ATALive",
                "ServerDrivers", "LiveLab",
                "Simulator", .product(name: "NIOCore", package: "swift-nio"),
            ]),
        tests("FaxReportTests", ["FaxCore", "FaxWire", "FaxDSP", "PcapDecode", "T30Analyzer", "FaxReport"]),
        tests(
            "SanitizerTests",
            ["FaxCore", "FaxWire", "FaxProtocol", "FaxDSP", "PcapDecode", "T30Analyzer", "Simulator", "Sanitizer"]),
        tests("CommandTests", ["FaxCore", "FaxWire", "FaxDSP", "PcapDecode", "T30Analyzer", "FaxReport", "Simulator"]),
    ],
    swiftLanguageModes: [.v6]
)
