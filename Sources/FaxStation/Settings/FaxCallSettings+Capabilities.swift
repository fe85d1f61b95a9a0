import FaxDSP
import FaxProtocol
import FaxWire

extension FaxCallSettings {
    /// What offers and answers of this side say.
    var capabilities: MediaCapabilities {
        var capabilities = MediaCapabilities(
            audio: AudioCapabilities(port: audioPort, codecs: audio.codecs, packetTimeMs: audio.packetTimeMs))
        guard transport.acceptsT38 || transport.offersT38 != .none else { return capabilities }
        capabilities.t38 = T38Capabilities(
            port: t38Port, version: t38.version, maxBitRate: t38.maxBitRate,
            rateManagements: t38.rateManagements.map { $0 == .localTCF ? .localTCF : .transferredTCF },
            maxDatagram: t38.maxDatagram, errorCorrections: t38.errorCorrections.map(\.kind),
            fillBitRemoval: t38.fillBitRemoval)
        return capabilities
    }
}
