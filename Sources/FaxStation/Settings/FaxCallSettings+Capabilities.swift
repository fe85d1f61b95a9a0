import FaxDSP
import FaxProtocol
import FaxWire

extension FaxCallSettings {
    /// What offers and answers of this side say.
    var capabilities: MediaCapabilities {
        let hasT38 = transport.acceptsT38 || transport.offersT38 != .none
        return MediaCapabilities(
            audio: audio.capabilities(port: audioPort), t38: hasT38 ? t38.capabilities(port: t38Port) : nil)
    }
}

extension AudioSettings {
    func capabilities(port: UInt16) -> AudioCapabilities {
        AudioCapabilities(port: port, codecs: codecs, packetTimeMs: packetTimeMs)
    }
}

extension T38Settings {
    func capabilities(port: UInt16) -> T38Capabilities {
        T38Capabilities(
            port: port, version: version, maxBitRate: maxBitRate,
            rateManagements: rateManagements.map { $0 == .localTCF ? .localTCF : .transferredTCF },
            maxDatagram: maxDatagram, errorCorrections: errorCorrections.map(\.kind), fillBitRemoval: fillBitRemoval)
    }
}
