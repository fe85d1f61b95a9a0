import FaxCore
import FaxWire
import Foundation
import PcapDecode
import T30Analyzer
import TestSupport
import Testing

/// tshark's dissector of T.30 reads the same frames from the same packets.
@Suite struct T30WitnessTests {
    private struct Row: Hashable, CustomStringConvertible {
        var frame: UInt32
        /// Facsimile control octet with its first bit most significant and X taken out, as tshark shows it.
        var control: UInt8
        var description: String { "\(frame): \(control)" }
    }

    private func theirs(_ path: String) throws -> [Row] {
        try Tshark.fields(path, filter: "t30", fields: ["frame.number", "t30.FacsimileControl"]).flatMap { row in
            row[1].split(separator: ",").compactMap { control in
                guard let frame = UInt32(row[0]), let octet = UInt8(control) else { return nil }
                return Row(frame: frame, control: octet)
            }
        }
    }

    private func ours(_ path: String) throws -> (frames: [Row], lost: Int) {
        var rows: [Row] = []
        var lost = 0
        _ = try AnalysisRunner().run(CaptureInput(path: path)) { call in
            lost += call.call.streams.reduce(0) { $0 + ($1.statistics.lost ?? 0) }
            for message in call.fax.messages where message.octets.count >= 3 {
                guard let frame = message.lastFrame?.number else { continue }
                rows.append(Row(frame: frame, control: mirrored(message.octets[2]) & 0x7F))
            }
        }
        return (rows.sorted { $0.frame < $1.frame }, lost)
    }

    private func path(_ name: String) -> String {
        Corpus.file("captures/\(name)/capture.pcap").path(percentEncoded: false)
    }

    @Test(arguments: [
        "01-t38-clean-1page-ecm", "02-t38-clean-3pages-fine-noecm", "13-t38-caller-hangup-midpage",
        "15b-t38-v29-9600", "15c-t38-v27ter-4800", "31-sip-chan_sip-t38", "60-prack-100rel-t38",
        "61-session-timer-refresh-t38",
    ])
    func everyFrameIsTheSame(_ name: String) throws {
        let theirs = try theirs(path(name))
        #expect(theirs.count > 4)
        #expect(try ours(path(name)).frames == theirs)
    }

    /// Where packets were lost, tshark puts its pieces together across the gap and names what comes out, and it takes a
    /// repaired packet for missing; we give the frame as damaged, or whole from its repair.
    @Test(arguments: ["06-t38-redundancy-3pct-loss", "08-t38-fec-3pct-loss", "15g-t38-tcf-loss-fallback"])
    func differencesAreNoMoreThanLosses(_ name: String) throws {
        let (ours, lost) = try ours(path(name))
        let theirs = try theirs(path(name))
        #expect(Set(theirs).subtracting(ours).count <= lost)
        #expect(Set(theirs).intersection(ours).count > 4)
    }
}
