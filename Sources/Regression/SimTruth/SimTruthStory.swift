import FaxCore
import FaxDSP
import FaxStation
import FaxWire
import PcapDecode
import Simulator
import T30Analyzer

/// The story that an analysis tells held against the record of the simulator: the packets that were lost, the frames that
/// the engines handed to their modems, the pages.
struct SimTruthStory {
    private let wanted: SimTruthCase
    private let result: TrialResult
    private let call: AnalyzedCall?
    /// Who sits where the capture was taken.
    private let near: Party

    init(_ wanted: SimTruthCase, _ result: TrialResult, _ diagnosis: TrialDiagnosis, _ tap: WorldCapture.Tap) {
        self.wanted = wanted
        self.result = result
        call = diagnosis.call
        near = tap == .answerer ? .callee : .caller
    }

    var faults: [String] { lossFaults + frameFaults + pageFaults }

    static func isConfirmation(_ octets: [UInt8]) -> Bool { T30Frame(lax: octets).signal == .mcf }

    // MARK: - Losses

    private var lossFaults: [String] {
        // Where the numbers in the packets are part of the fault, they count nothing.
        guard wanted.fault?.renumbers != true, let streams = call?.call.streams else { return [] }
        func lost(_ kind: MediaStream.Kind) -> Int {
            streams.filter { $0.direction == near.other && $0.kind == kind }.reduce(0) {
                $0 + ($1.statistics.lost ?? 0)
            }
        }
        var faults: [String] = []
        for (name, seen, truth) in [
            ("RTP", lost(.rtp), result.tapLoss.rtp), ("UDPTL", lost(.udptl), result.tapLoss.udptl),
        ] where seen != truth { faults.append("\(name): \(truth) packets were lost, the analysis counts \(seen)") }
        return faults
    }

    // MARK: - Frames

    /// Nothing of this side is told that it did not send; where nothing damages it on its way to the capture, all of it.
    private var frameFaults: [String] {
        guard let call else { return [] }
        let sent = sentFrames
        let told = call.fax.messages.filter {
            $0.direction == near && $0.crcOK == true && !$0.isImageFrame && $0.octets.count >= 3
        }
        var next = 0
        var invented: [String] = []
        var skipped: [String] = []
        for message in told {
            guard let place = sent[next...].firstIndex(of: message.octets) else {
                invented.append(message.name)
                continue
            }
            skipped += sent[next..<place].map { T30Frame(lax: $0).name }
            next = place + 1
        }
        var faults: [String] = []
        if !invented.isEmpty { faults.append("frames that the \(near.rawValue) did not send: \(invented)") }
        if !skipped.isEmpty, isWhole {
            faults.append("frames of the \(near.rawValue) are not in the story: \(skipped)")
        }
        return faults
    }

    /// Between the modems and the capture stands nothing that harms frames.
    private var isWhole: Bool {
        // A switch in the middle of a turn tears it.
        guard let fault = wanted.fault else { return true }
        return fault.spares(near, of: wanted.party) && station.earlier.isEmpty && fault.kind != .signalling
    }

    private var station: StationResult { near == .caller ? result.caller : result.answerer }

    private var sentFrames: [[UInt8]] {
        (station.earlier + [station.report]).flatMap(\.frames).filter { frame in
            frame.isSent && !T30Frame(lax: frame.octets).isImageFrame
        }.map(\.octets)
    }

    // MARK: - Pages

    private var pageFaults: [String] {
        guard result.isSuccess, let pages = call?.fax.pages else { return [] }
        let confirmed = pages.count { $0.confirmedBy != nil }
        return confirmed == result.pages.sent
            ? [] : ["\(result.pages.sent) pages were delivered, the story has \(confirmed) confirmed"]
    }
}

extension T30Frame {
    /// A piece of a page with error correction, or the sign that the pieces are over.
    fileprivate var isImageFrame: Bool { signal == .fcd || signal == .rcp }
}
