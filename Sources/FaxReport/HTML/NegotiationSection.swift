import FaxCore
import FaxWire
import PcapDecode
import T30Analyzer

/// What was offered, what was answered, and what came of it: media and T.38 in SDP, capabilities in T.30.
struct NegotiationSection {
    let analyzed: AnalyzedCall
    let place: CallPlace

    /// Media lines and attributes shown.
    static let rowLimit = 60

    private var signalling: Signalling { analyzed.call.signalling }
    private var capabilities: CapabilityTable { CapabilityTable(analyzed, place) }

    var isEmpty: Bool { signalling.sessions.isEmpty && signalling.t38Switch == nil && capabilities.rows.isEmpty }

    func write(to html: inout HTMLWriter) {
        let capabilities = capabilities
        if !capabilities.rows.isEmpty {
            html.element("h4", [:], "T.30: what each side can, and what was chosen")
            FigureTable(name: "Capabilities", columns: capabilities.columns, rows: capabilities.rows, place: place)
                .write(to: &html)
        }
        html.leaveGap()
        if let change = signalling.t38Switch { parameters(change, &html) }
        if !signalling.sessions.isEmpty { media(&html) }
    }

    // MARK: - T.38

    private func parameters(_ change: T38Switch, _ html: inout HTMLWriter) {
        html.element("h4", [:], "SDP: parameters of T.38")
        let offer = change.isOfferSeen ? change.offer.attributes : []
        let answer = change.answer?.attributes ?? []
        var names: [String] = []
        for attribute in offer + answer where !names.contains(where: { $0.equalsIgnoringCase(attribute.name) }) {
            names.append(attribute.name)
        }
        let refused = change.answer == nil ? (change.status.map { "refused with \($0)" } ?? "no answer seen") : nil
        let rows = names.prefix(Self.rowLimit).map { name -> [FigureTable.Cell] in
            let (left, right) = (Self.value(name, offer), Self.value(name, answer))
            let note =
                refused ?? (change.isOfferSeen ? nil : "")
                ?? (left == right ? "" : left == nil ? "answered only" : right == nil ? "not answered" : "differs")
            return [.text(name), .text(left ?? "–"), .text(right ?? "–"), .text(note)]
        }
        let offerer =
            "offered by \(change.offeredBy.rawValue)"
            + (change.isOfferSeen ? frame(change.offerFrame) : ", not in the capture")
        let answerer = change.offeredBy.other.rawValue
        FigureTable(
            name: "Parameters of T.38",
            columns: [
                .text("attribute"), .text(offerer),
                .text("answered by \(answerer)\(frame(change.answerFrame))"), .text(""),
            ], rows: rows, place: place
        ).write(to: &html)
    }

    private func frame(_ frame: FrameRef?) -> String { place.number(frame).map { ", frame \($0)" } ?? "" }

    /// `yes` for a flag; `nil`: it is not there.
    private static func value(_ name: String, _ attributes: [T38Parameters.Attribute]) -> String? {
        attributes.first { $0.name.equalsIgnoringCase(name) }.map { $0.value ?? "yes" }
    }

    // MARK: - Media

    private func media(_ html: inout HTMLWriter) {
        html.element("h4", [:], "SDP: media lines")
        let columns: [FigureTable.Column] = [
            .number("frame"), .number("time/s"), .text("from"), .text("media"), .text("receives at"), .text("formats"),
            .text("agreed"),
        ]
        let rows = signalling.sessions.prefix(Self.rowLimit).map { media -> [FigureTable.Cell] in
            [
                .frame(media.frame), .text(Clock.seconds(media.time - analyzed.call.firstTime, digits: 3)),
                .text(media.party.rawValue), .text("\(Self.kind(media.kind)) \(media.transport)"),
                .text("\(media.endpoint)"), .text(Self.formats(media)), .text(media.accepted ? "yes" : "no"),
            ]
        }
        FigureTable(name: "Media lines", columns: columns, rows: rows, place: place).write(to: &html)
        let hidden = signalling.sessions.count - Self.rowLimit
        if hidden > 0 { html.element("p", ["class": "quiet"], "\(hidden) more media lines.") }
    }

    private static func kind(_ kind: NegotiatedMedia.Kind) -> String {
        switch kind {
        case .audio: "audio"
        case .image: "image"
        case .other(let name): name
        }
    }

    /// In the order of preference.
    private static func formats(_ media: NegotiatedMedia) -> String {
        if media.t38 != nil && media.codecs.isEmpty { return "t38" }
        return media.preference.prefix(20).map { type in
            media.codecs[type].map { "\($0.encoding)/\($0.clockRate)" } ?? "\(type)"
        }.joined(separator: ", ")
    }
}

extension String {
    func equalsIgnoringCase(_ other: String) -> Bool { lowercased() == other.lowercased() }
}
