import FaxWire
import PcapDecode
import T30Analyzer

/// What the first DCS of a call was chosen from: DIS (or DTC) and DCS whose frame checks are right.
struct CapabilityFrames {
    /// Names of the fields in a DIS and in a DCS that belong together.
    static let capabilities: [(name: String, offered: [String], chosen: String)] = [
        ("modulation", ["modems", "highest-rate"], "rate"), ("error correction", ["ecm"], "ecm"),
        ("coding", ["compressions"], "compression"), ("resolution", ["resolutions"], "resolution"),
        ("width", ["widths"], "width"), ("length", ["length"], "length"),
        ("time of a line", ["scan-line-time"], "scan-line-time"), ("V.8", ["v8"], ""), ("T.38 device", ["t38"], "t38"),
    ]

    let offer: T30Message?
    /// The first and the last DCS.
    let first: T30Message?
    let last: T30Message?

    init(_ fax: FaxSession) {
        let good = fax.messages.filter { $0.crcOK != false && !$0.fields.isEmpty }
        first = good.first { $0.name == "DCS" }
        last = good.last { $0.name == "DCS" }
        let offers = good.filter { $0.name == "DIS" || $0.name == "DTC" }
        let before = first.flatMap { command in
            offers.last { $0.time < command.time && $0.direction != command.direction }
        }
        offer = before ?? offers.last
    }

    var isEmpty: Bool { offer == nil && first == nil }

    /// What the DIS says of a capability; `nil`: nothing.
    func offered(_ names: [String]) -> String? {
        let values = names.compactMap { Self.value($0, offer) }
        return values.isEmpty ? nil : values.joined(separator: ", up to ")
    }

    static func value(_ name: String, _ message: T30Message?) -> String? {
        message?.fields.first { $0.name == name }?.value.text
    }
}
