import Foundation

/// What the makers of a capture know of it: `expected.json` (or `NAME.json` beside `NAME.pcap`). Only the members that a
/// reader is judged by; a member that is missing is not judged.
public struct GroundTruth: Decodable, Sendable {
    public struct Expectation: Decodable, Sendable {
        public var outcome: String?
        public var carriedBy: String?
        public var pagesConfirmed: Int?
        public var rateBps: Int?
        public var ecm: Bool?
        public var idents: [String]?
        public var finalStatus: Int?
        /// Finding ids, any one of which is right as the root cause.
        public var rootCauseAnyOf: [String]?
        /// Nothing was wrong with the call.
        public var clean: Bool?
        var modem: String?
        /// Compression, dots across, dots and lines per inch.
        var coding: ImageCoding?

        enum CodingKeys: String, CodingKey {
            case outcome, ecm, idents, clean
            case rootCauseAnyOf = "root_cause_any_of"
            case carriedBy = "carried_by"
            case pagesConfirmed = "pages_confirmed"
            case rateBps = "rate_bps"
            case finalStatus = "final_status"
        }
    }

    struct Document: Decodable, Sendable {
        var file: String?
    }

    struct Host: Decodable, Sendable {
        var ip4: String?
        var ip6: String?
    }

    /// A frame as a fax logged it, or a run of equal ones.
    struct LogEntry: Decodable, Sendable {
        /// Seconds of Unix time; of a frame sent, when it was handed to the modem.
        var t: Double
        /// `tx`, `rx`.
        var ev: String
        /// `DIS`, `PPS` (of whatever command), `FCD`.
        var msg: String
        var count: Int?
    }

    public var description: String?
    public var expect: Expectation
    /// The capture that this one was cut out of or wrapped anew from: the truth is that of the whole call.
    public var derivedFrom: String?
    /// How it was derived, in words.
    var how: String?
    /// Such as `eth0 of B (network namespace)`.
    var capturePoint: String?
    var otherCapturePoints: [String: String]?
    var impairment: [String: String]?
    var impairLog: String?
    var documents: [String: Document]?
    /// The hosts of the capture and their addresses.
    var topology: [String: Host]?
    /// What the fax at each end logged, by `HOST` or, of several calls, `HOST:CALL`.
    var logs: [String: [LogEntry]]?
    /// Every frame that the makers' engines sent; of recordings.
    var sent: SentFrames?

    enum CodingKeys: String, CodingKey {
        case description, expect, documents, impairment, how, topology
        case logs = "t30_sequence"
        case derivedFrom = "derived_from"
        case capturePoint = "capture_point"
        case otherCapturePoints = "other_capture_points"
        case impairLog = "impair_log"
    }

    public init(json: Data) throws {
        self = try JSONDecoder().decode(GroundTruth.self, from: json)
    }

    init(expect: Expectation) {
        self.expect = expect
    }

    /// Names of the files that receivers wrote.
    var receivedFiles: [String] {
        (documents ?? [:]).filter { $0.key.hasPrefix("received:") }.compactMap(\.value.file).sorted()
    }

    /// A part of the call is missing, so that less than the truth can be found; a mere wrapping anew changes nothing.
    var isCut: Bool {
        guard let how else { return false }
        return derivedFrom != nil && (how.contains("cut") || how.contains("only"))
    }

    /// The host at which the capture was taken: its own frames are seen before any loss.
    var host: String? {
        guard let words = capturePoint?.split(separator: " "), let of = words.firstIndex(of: "of") else { return nil }
        return words.indices.contains(of + 1) ? String(words[of + 1]) : nil
    }
}

/// One capture with its truth, as files.
public struct TruthCase: Sendable {
    public var name: String
    public var capture: URL
    /// The same call captured at another host, by host.
    public var otherCaptures: [String: URL]
    public var received: [URL]
    public var impairLog: URL?
    public var truth: GroundTruth
    /// For a capture that was cut, what the receiver of the whole call wrote.
    public var receivedWhole: [URL]

    /// Every case of a folder, by name. Three layouts are read: a folder per capture (`NAME/capture.pcap`,
    /// `NAME/expected.json`), files side by side (`NAME.pcap`, `NAME.json`), and recordings beside their truth
    /// (`NAME.2ch.flac`, `NAME.mix.flac`, `NAME.json`).
    public static func all(in folder: URL) throws -> [TruthCase] {
        let entries = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
            .sorted { $0.lastPathComponent < $1.lastPathComponent }
        return try entries.flatMap { entry -> [TruthCase] in
            let inside = entry.appending(path: "expected.json")
            if FileManager.default.fileExists(atPath: inside.path) {
                let name = entry.lastPathComponent
                return try TruthCase(name: name, folder: entry, json: inside, stem: "capture").map { [$0] } ?? []
            }
            guard entry.pathExtension == "json" else { return [] }
            let name = entry.deletingPathExtension().lastPathComponent
            let capture = try TruthCase(name: name, folder: folder, json: entry, stem: name)
            return try capture.map { [$0] } ?? recordings(name: name, folder: folder, json: entry)
        }
    }

    /// The forms in which a recorded call was kept.
    private static func recordings(name: String, folder: URL, json: URL) throws -> [TruthCase] {
        func exists(_ file: URL) -> Bool { FileManager.default.fileExists(atPath: file.path) }
        let files = ["2ch", "mix"].map { (form: $0, file: folder.appending(path: "\(name).\($0).flac")) }
            .filter { exists($0.file) }
        if files.isEmpty { return [] }
        let truth = try JSONDecoder().decode(RecordingTruth.self, from: Data(contentsOf: json)).groundTruth
        let page = folder.appending(path: "\(name).rx.tif")
        return files.map {
            TruthCase(
                name: "\(name).\($0.form)", capture: $0.file, truth: truth, received: exists(page) ? [page] : [])
        }
    }

    private init(name: String, capture: URL, truth: GroundTruth, received: [URL]) {
        self.name = name
        self.capture = capture
        self.truth = truth
        self.received = received
        otherCaptures = [:]
        receivedWhole = []
    }

    /// `nil`: no capture stands beside the truth.
    private init?(name: String, folder: URL, json: URL, stem: String) throws {
        func existing(_ file: String?) -> URL? {
            guard let url = file.map({ folder.appending(path: $0) }) else { return nil }
            return FileManager.default.fileExists(atPath: url.path) ? url : nil
        }
        let capture = [".pcap", ".pcapng", ".pcap.gz", ".pcap.zst"].lazy.compactMap { existing(stem + $0) }.first
        guard let capture else { return nil }
        self.name = name
        self.capture = capture
        truth = try GroundTruth(json: Data(contentsOf: json))
        otherCaptures = (truth.otherCapturePoints ?? [:]).compactMapValues(existing)
        impairLog = existing(truth.impairLog)
        received = truth.receivedFiles.compactMap(existing)
        receivedWhole = []
        if let source = truth.derivedFrom {
            let files = try Self.received(ofSource: folder.appending(path: source))
            if truth.isCut { receivedWhole = files } else { received = files }
        }
    }

    private static func received(ofSource capture: URL) throws -> [URL] {
        let folder = capture.deletingLastPathComponent()
        let stem = capture.deletingPathExtension().lastPathComponent
        for json in ["expected.json", stem + ".json"].map({ folder.appending(path: $0) }) {
            guard let octets = try? Data(contentsOf: json) else { continue }
            return try GroundTruth(json: octets).receivedFiles.map { folder.appending(path: $0) }
        }
        return []
    }
}
