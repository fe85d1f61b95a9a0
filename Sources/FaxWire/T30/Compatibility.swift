extension DigitalCommand {
    /// What the command asks for that the identification did not offer, in words, in the order of Table 2.
    ///
    /// Units (bits 44, 45), kinds of network and store-and-forward bits are no capabilities that a sender could exceed.
    public func excess(over offer: DigitalIdentification) -> [String] {
        excessOfRate(over: offer) + excessOfPage(over: offer) + excessOfFlags(over: offer)
    }

    private func excessOfRate(over offer: DigitalIdentification) -> [String] {
        // An Internet-aware device leaves bits 11–14 at 0: no modem limits the rate.
        if bits[123], bits.value(11, 14) == 0 { return [] }
        guard let modulation, let offered = offer.modems else { return [] }
        if !offered.contains(modulation.modem) { return [modulation.text] }
        // 0000 is V.27ter in its fallback mode only.
        if offer.bits.value(11, 14) == 0, modulation.rateBps > 2_400 { return [modulation.text] }
        return []
    }

    private func excessOfPage(over offer: DigitalIdentification) -> [String] {
        var excess: [String] = []
        if !offer.widthsMm.contains(widthMm) { excess.append("a width of \(widthMm) mm") }
        let lengths = offer.bits.value(19, 20)
        switch bits.value(19, 20) {
        case 0b10 where lengths == 0b00: excess.append("the length of B4")
        case 0b01 where lengths != 0b01 && lengths != 0b11: excess.append("unlimited length")
        default: break
        }
        if let least = leastScanLineTime(of: offer), let time = scanLineTimeMs, time < least {
            excess.append("\(time) ms a line (\(least) ms offered)")
        }
        return excess
    }

    /// Error correction mode needs no time for a line (T.30 Table 2, note on bits 21–23).
    private func leastScanLineTime(of offer: DigitalIdentification) -> Int? {
        if ecm { return nil }
        switch resolution.y {
        case 98, 100: return offer.scanLineTimeMs.standard
        case 196, 200: return offer.scanLineTimeMs.fine
        default: return nil
        }
    }

    private func excessOfFlags(over offer: DigitalIdentification) -> [String] {
        table2.compactMap { entry in
            guard entry.capability != nil, let what = entry.instruction, bits[entry.bit], !offer.bits[entry.bit],
                !Self.noCapabilities.contains(entry.bit)
            else { return nil }
            return what
        }
    }

    /// Bits that say what a station is, not what it can do: store-and-forward, real time and mobile (1, 3, 4), that it
    /// receives (10), units (44), the network (66), flow control and Internet (121, 123).
    private static let noCapabilities: Set<Int> = [1, 3, 4, 10, 44, 66, 121, 123]
}
