import FaxCore

/// What the makers of a recorded call know of it: `NAME.json` beside `NAME.2ch.flac` and `NAME.mix.flac`.
struct RecordingTruth: Decodable {
    /// A frame; other events have no sender.
    struct Event: Decodable {
        var from: String?
        var frame: String?
        var hex: String?
    }

    var modem: String?
    var rate: Int?
    var ecm: Bool?
    /// `T.4 1-D`, `T.4 2-D`, `T.6`, with anything after it.
    var compression: String?
    var outcome: String?
    var pagesReceived: Int?
    var pages: Int?
    var callerTSI: String?
    var answererCSI: String?
    var tsi: String?
    var csi: String?
    var width: Int?
    /// Dots and lines per metre.
    var acrossPerMetre: Int?
    var downPerMetre: Int?
    var ecmFrames: Int?
    /// 20 ms blocks that the line dropped: every so many, and of 10 000 by chance.
    var dropEvery: Int?
    var lossPer10000: Int?
    var events: [Event]?

    enum CodingKeys: String, CodingKey {
        case modem, rate, ecm, compression, outcome, pages, tsi, csi, width, events
        case pagesReceived = "pages_received"
        case callerTSI = "caller_id_tsi"
        case answererCSI = "answerer_id_csi"
        case acrossPerMetre = "xres_per_m"
        case downPerMetre = "yres_per_m"
        case ecmFrames = "ecm_fcd_frames_sent"
        case dropEvery = "drop_every_n_20ms_blocks"
        case lossPer10000 = "random_20ms_block_loss_per_10000"
    }

    var groundTruth: GroundTruth {
        var expect = GroundTruth.Expectation()
        expect.outcome = outcome.map { $0 == "ok" ? "success" : $0 }
        expect.pagesConfirmed = pagesReceived ?? pages
        let idents = [callerTSI ?? tsi, answererCSI ?? csi].compactMap { $0 }
        expect.idents = idents.isEmpty ? nil : idents
        // Without a page these are only what the sender tried last.
        if expect.pagesConfirmed != 0 {
            (expect.rateBps, expect.ecm, expect.modem) = (rate, ecm, modem)
            expect.coding = ImageCoding(
                compression: Self.codings.first { compression?.hasPrefix($0.clause) == true }?.name, widthPx: width,
                acrossDPI: acrossPerMetre.map(Self.perInch), downDPI: downPerMetre.map(Self.perInch))
        }
        var truth = GroundTruth(expect: expect)
        truth.sent = events.map { events in
            SentFrames(
                frames: events.compactMap { event in
                    guard let from = event.from, let frame = event.frame, let hex = event.hex else { return nil }
                    return SentFrames.Frame(
                        party: from == "caller" ? .caller : .callee, name: frame, octets: octets(hex))
                }, ecmFrames: ecmFrames, isWhole: (dropEvery ?? 0) == 0 && (lossPer10000 ?? 0) == 0)
        }
        return truth
    }

    private static let codings = [("T.4 1-D", "MH"), ("T.4 2-D", "MR"), ("T.6", "MMR")].map {
        (clause: $0.0, name: $0.1)
    }

    private static func perInch(_ perMetre: Int) -> Int { Int((Double(perMetre) * 0.0254).rounded()) }

    private func octets(_ hex: String) -> [UInt8] {
        stride(from: 0, to: hex.utf8.count - 1, by: 2).map { place in
            let start = hex.index(hex.startIndex, offsetBy: place)
            return UInt8(hex[start..<hex.index(start, offsetBy: 2)], radix: 16) ?? 0
        }
    }
}

/// How pages were coded; what is `nil` is not judged.
struct ImageCoding: Decodable, Sendable, CustomStringConvertible {
    var compression: String?
    var widthPx: Int?
    var acrossDPI: Int?
    var downDPI: Int?

    /// Equal in everything that both know of, and `found` knows what this one does.
    func agrees(with found: ImageCoding) -> Bool {
        (compression == nil || compression == found.compression) && (widthPx == nil || widthPx == found.widthPx)
            && (acrossDPI == nil || acrossDPI == found.acrossDPI) && (downDPI == nil || downDPI == found.downDPI)
    }

    var description: String {
        let numbers = [widthPx, acrossDPI, downDPI].map { $0.map(String.init) ?? "?" }
        return "\(compression ?? "?") \(numbers[0]) dots, \(numbers[1])x\(numbers[2]) dpi"
    }
}
