import ArgumentParser
import FaxDSP
import FaxEndpoint
import FaxProtocol
import FaxStation

/// How T.38 and G.711 are spoken.
struct CarriageArguments: ConfiguredOptions {
    enum Correction: String, CaseIterable, ExpressibleByArgument {
        case redundancy, fec, none
    }

    enum Lines: String, CaseIterable, ExpressibleByArgument {
        case inPlace = "in-place"
        case besideRefused = "beside-refused"
        case beside

        var layout: MediaSession.Layout {
            switch self {
            case .inPlace: .inPlace
            case .besideRefused: .besideRefused
            case .beside: .beside
            }
        }
    }

    @Option(
        name: .customLong("t38-ec"),
        help: ArgumentHelp("redundancy, fec or none; what is preferred.", valueName: "kind"))
    var t38EC: Correction?
    @Option(
        help: ArgumentHelp(
            "Earlier packets that each carries: of indicators, low speed, high speed; or one number; 3,3,3.",
            valueName: "n,n,n"))
    var t38Redundancy: String?
    @Option(help: ArgumentHelp("Parity: packets of each, and how many; 3:3.", valueName: "span:entries"))
    var t38Fec: String?
    @Option(help: ArgumentHelp("T38FaxVersion, 0 (default) to 3: from 2 on the ASN.1 of 2002.", valueName: "n"))
    var t38Version: Int?
    @Option(help: ArgumentHelp("transferred (default) or local: how the TCF is checked.", valueName: "way"))
    var t38Tcf: String?
    @Option(help: ArgumentHelp("T38FaxMaxDatagram of ours; 400; 0: not said.", valueName: "octets"))
    var t38MaxDatagram: Int?
    @Flag(inversion: .prefixedNo, help: "Leave out fill bits (T38FaxFillBitRemoval).") var t38FillBitRemoval: Bool?
    @Option(help: ArgumentHelp("invite, reinvite=2s or never: when this side asks for T.38.", valueName: "when"))
    var t38Offer: String?
    @Option(help: ArgumentHelp("Refuse T.38 with this status: 488, 415, 606 …", valueName: "status"))
    var t38Refuse: Int?
    @Option(
        name: .customLong("t38-silence"),
        help: ArgumentHelp(
            "Give T.38 up over which nothing came for so long, and ask for audio again; not done by itself. 10s",
            valueName: "time"))
    var t38Silence: String?
    @Option(
        help: ArgumentHelp(
            "in-place (default), beside-refused or beside: the T.38 line of an offer.", valueName: "lines"))
    var t38Lines: Lines?
    @Option(
        help: ArgumentHelp("pcmu, pcma, or both with a comma, the preferred one first; pcmu,pcma.", valueName: "names"))
    var codec: String?
    @Option(help: ArgumentHelp("Sound of a packet: 10 to 60; 20.", valueName: "ms")) var ptime: Int?
    @Option(help: ArgumentHelp("Fixed delay of what is heard; 60ms.", valueName: "time"))
    var jitterBuffer: String?

    func validate() throws { _ = try profile() }

    func profile() throws -> MediaProfile {
        var profile = MediaProfile()
        profile.t38.errorCorrections = try corrections()
        let version = t38Version ?? 0
        guard (0...3).contains(version) else { throw ValidationError("--t38-version wants 0, 1, 2 or 3.") }
        profile.t38.version = version
        profile.t38.rateManagements = [try rateManagement()]
        let maxDatagram = t38MaxDatagram ?? 400
        guard maxDatagram == 0 || (60...65_000).contains(maxDatagram) else {
            throw ValidationError("--t38-max-datagram wants 60 to 65000 octets, or 0.")
        }
        profile.t38.maxDatagram = maxDatagram == 0 ? nil : maxDatagram
        profile.t38.fillBitRemoval = t38FillBitRemoval ?? false
        profile.offersT38 = try t38Offer.map { try Self.offer($0) }
        if let t38Refuse, !(400...699).contains(t38Refuse) {
            throw ValidationError("--t38-refuse wants a status of 400 to 699, such as 488.")
        }
        profile.refusesT38 = t38Refuse
        profile.t38Silence = try t38Silence.map { try Self.silence($0) }
        profile.layout = (t38Lines ?? .inPlace).layout
        profile.audio.codecs = try codecs()
        let ptime = ptime ?? 20
        guard [10, 20, 30, 40, 50, 60].contains(ptime) else {
            throw ValidationError("--ptime wants 10, 20, 30, 40, 50 or 60 milliseconds.")
        }
        profile.audio.packetTimeMs = ptime
        guard let delay = Self.duration(jitterBuffer ?? "60ms"), delay >= .milliseconds(10), delay <= .seconds(2) else {
            throw ValidationError("--jitter-buffer wants a time from 10ms to 2s, such as 60ms.")
        }
        profile.audio.jitterBuffer = .fixed(delay)
        return profile
    }

    private func corrections() throws -> [UDPTLSender.Correction] {
        let redundancy = UDPTLSender.Correction.redundancy(try depths())
        let parts = (t38Fec ?? "3:3").split(separator: ":", omittingEmptySubsequences: false).map { Int($0) }
        guard parts.count == 2, let span = parts[0], let entries = parts[1], span >= 1, entries >= 1,
            span <= UDPTLSender.historyLimit, entries <= UDPTLSender.historyLimit,
            span * entries <= UDPTLSender.historyLimit
        else { throw ValidationError("--t38-fec wants SPAN:ENTRIES, such as 3:3, their product at most 64.") }
        let fec = UDPTLSender.Correction.fec(span: span, entries: entries)
        switch t38EC {
        case nil: return [redundancy, fec, .none]
        case .redundancy: return [redundancy, .none]
        case .fec: return [fec, redundancy, .none]
        case .some(.none): return [.none]
        }
    }

    private func depths() throws -> UDPTLSender.Depths {
        let values = (t38Redundancy ?? "3,3,3").split(separator: ",", omittingEmptySubsequences: false).map { Int($0) }
        guard [1, 3].contains(values.count), values.allSatisfy({ $0.map { (0...16).contains($0) } ?? false }) else {
            throw ValidationError("--t38-redundancy wants one number or three with commas, 0 to 16, such as 3,3,1.")
        }
        let depths = values.compactMap(\.self)
        guard depths.count == 3 else { return UDPTLSender.Depths(all: depths[0]) }
        return UDPTLSender.Depths(
            indicator: depths[0], controlData: depths[1], controlEnd: depths[1], imageData: depths[2],
            imageEnd: depths[2])
    }

    private func rateManagement() throws -> T38Channel.RateManagement {
        switch t38Tcf ?? "transferred" {
        case "transferred": return .transferredTCF
        case "local": return .localTCF
        default: throw ValidationError("--t38-tcf wants transferred or local.")
        }
    }

    private func codecs() throws -> [AudioCapabilities.Codec] {
        let codecs = (codec ?? "pcmu,pcma").split(separator: ",").map {
            AudioCapabilities.Codec(rawValue: $0.uppercased())
        }
        let known = codecs.compactMap(\.self)
        guard !known.isEmpty, known.count == codecs.count, Set(known).count == known.count else {
            throw ValidationError("--codec wants pcmu, pcma, or both with a comma between them.")
        }
        return known
    }

    private static func offer(_ text: String) throws -> TransportPolicy.Switch {
        switch text {
        case "never": return .none
        case "invite": return .inInvite
        default:
            let parts = text.split(separator: "=", maxSplits: 1)
            guard parts.count == 2, parts[0] == "reinvite", let delay = duration(String(parts[1])),
                delay <= .seconds(60)
            else {
                throw ValidationError("--t38-offer wants invite, never, or reinvite= and a time, such as reinvite=2s.")
            }
            return .reinvite(after: delay)
        }
    }

    private static func silence(_ text: String) throws -> Duration {
        guard let time = duration(text), time >= .seconds(1), time <= .seconds(120) else {
            throw ValidationError("--t38-silence wants a time from 1s to 120s, such as 10s.")
        }
        return time
    }

    /// `60ms`, `2s`, `1.5s`.
    private static func duration(_ text: String) -> Duration? {
        let unit = text.hasSuffix("ms") ? "ms" : text.hasSuffix("s") ? "s" : ""
        guard !unit.isEmpty, let value = Double(text.dropLast(unit.count)), value.isFinite, value >= 0, value < 1e6
        else {
            return nil
        }
        return .seconds(unit == "ms" ? value / 1_000 : value)
    }
}

extension CarriageArguments {
    static let names = [
        "t38-ec", "t38-redundancy", "t38-fec", "t38-version", "t38-tcf", "t38-max-datagram", "t38-fill-bit-removal",
        "t38-offer", "t38-refuse", "t38-silence", "t38-lines", "codec", "ptime", "jitter-buffer",
    ]
    static let flags = ["t38-fill-bit-removal"]

    func over(_ other: CarriageArguments) -> CarriageArguments {
        var merged = self
        merged.t38EC = t38EC ?? other.t38EC
        merged.t38Redundancy = t38Redundancy ?? other.t38Redundancy
        merged.t38Fec = t38Fec ?? other.t38Fec
        merged.t38Version = t38Version ?? other.t38Version
        merged.t38Tcf = t38Tcf ?? other.t38Tcf
        merged.t38MaxDatagram = t38MaxDatagram ?? other.t38MaxDatagram
        merged.t38FillBitRemoval = t38FillBitRemoval ?? other.t38FillBitRemoval
        merged.t38Offer = t38Offer ?? other.t38Offer
        merged.t38Refuse = t38Refuse ?? other.t38Refuse
        merged.t38Silence = t38Silence ?? other.t38Silence
        merged.t38Lines = t38Lines ?? other.t38Lines
        merged.codec = codec ?? other.codec
        merged.ptime = ptime ?? other.ptime
        merged.jitterBuffer = jitterBuffer ?? other.jitterBuffer
        return merged
    }
}
