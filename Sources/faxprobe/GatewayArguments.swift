import ArgumentParser
import FaxDSP
import FaxEndpoint
import FaxProtocol
import FaxStation

/// How a gateway stands between its sides.
struct GatewayArguments: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Which side speaks T.38: near, far, or auto: the one that asks for it or takes it, the far one first.",
            valueName: "side"))
    var side = GatewaySettings.T38Side.auto
    @Option(
        help: ArgumentHelp(
            """
            When to ask for T.38: ced (CED or V.21 preamble), cng (CNG already), invite (in the INVITE to the far side), \
            never.
            """, valueName: "moment"))
    var offer = GatewaySettings.Offer.ced
    @Option(help: ArgumentHelp("G.711 in order of preference.", valueName: "pcmu,pcma")) var codecs = "pcmu,pcma"
    @Option(help: ArgumentHelp("Earlier IFP packets that each UDPTL packet carries again: 0 to 7.", valueName: "n"))
    var redundancy = 3
    @Flag(help: "Let NSF, NSS and NSC through as they are; otherwise their content is overwritten.") var keepNsf = false

    func validate() throws {
        guard codecList != nil else { throw ValidationError("--codecs wants pcmu, pcma or both, as in pcma,pcmu.") }
        guard (0...7).contains(redundancy) else { throw ValidationError("--redundancy wants a number from 0 to 7.") }
    }

    /// `nil`: it names something else, or nothing, or one twice.
    private var codecList: [AudioCapabilities.Codec]? {
        let names = codecs.uppercased().split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        let found = names.compactMap(AudioCapabilities.Codec.init(rawValue:))
        return found.count == names.count && Set(found).count == found.count ? found : nil
    }

    func profile(to destination: SIPDestination, maxRate: Int, hasECM: Bool) -> GatewayProfile {
        var profile = GatewayProfile(destination: destination)
        profile.t38Side = side
        profile.offer = offer
        profile.audio.codecs = codecList ?? profile.audio.codecs
        profile.t38.maxBitRate = maxRate
        profile.t38.errorCorrections =
            redundancy == 0
            ? [.none] : [.redundancy(UDPTLSender.Depths(all: redundancy)), .fec(span: 3, entries: 3), .none]
        profile.gateway.modems = FaxProfile.modems(upTo: maxRate)
        profile.gateway.allowsECM = hasECM
        profile.gateway.suppressesNonStandard = !keepNsf
        return profile
    }
}

extension GatewaySettings.T38Side: ExpressibleByArgument {}
extension GatewaySettings.Offer: ExpressibleByArgument {}
