/// One bit of T.30 (2005) Table 2 that stands for itself.
struct Table2Bit: Sendable {
    var bit: Int
    /// Stable name of the field, the same in DIS, DTC and DCS.
    var name: String
    /// What 1 means in a DIS or DTC; `nil`: the bit must be 0 there.
    var capability: String?
    /// What 1 means in a DCS; `nil`: the bit must be 0 (or does not count) there.
    var instruction: String?

    init(_ bit: Int, _ name: String, _ capability: String?, _ instruction: String?) {
        self.bit = bit
        self.name = name
        self.capability = capability
        self.instruction = instruction
    }
}

/// T.30 (2005) Table 2 without the fields of several bits (rates 11–14, width 17–18, length 19–20, scan time 21–23,
/// T.44 mode 92–94, shared memory 117–118, T.89 profile 124–126) and without the extension bits (24, 32 …).
let table2: [Table2Bit] = [
    Table2Bit(1, "t37", "store-and-forward Internet fax (T.37)", "store-and-forward Internet fax (T.37)"),
    Table2Bit(3, "t38", "real-time Internet fax (T.38)", "real-time Internet fax (T.38)"),
    Table2Bit(4, "mobile-3g", "third generation mobile network", "third generation mobile network"),
    Table2Bit(6, "v8", "V.8 capabilities", nil),
    Table2Bit(7, "octets-64-preferred", "ECM frames of 64 octets preferred", nil),
    Table2Bit(9, "ready-to-transmit", "a document is ready to be polled", nil),
    Table2Bit(10, "receiver", "can receive a facsimile", "receive a facsimile"),
    Table2Bit(15, "fine", "R8 x 7.7 lines/mm or 200 x 200 pels/25.4 mm", "R8 x 7.7 lines/mm or 200 x 200 pels/25.4 mm"),
    Table2Bit(16, "two-dimensional", "two-dimensional coding (MR)", "two-dimensional coding (MR)"),
    Table2Bit(26, "uncompressed", "uncompressed mode", "uncompressed mode"),
    Table2Bit(27, "ecm", "error correction mode", "error correction mode"),
    Table2Bit(28, "frame-64", nil, "ECM frames of 64 octets"),
    Table2Bit(31, "t6", "T.6 coding (MMR)", "T.6 coding (MMR)"),
    Table2Bit(33, "fnv", "field not valid (FNV)", "field not valid (FNV)"),
    Table2Bit(34, "multiple-selective-polling", "multiple selective polling", nil),
    Table2Bit(35, "polled-subaddress", "polled subaddress (PSA)", nil),
    Table2Bit(36, "t43", "T.43 coding", "T.43 coding"),
    Table2Bit(37, "plane-interleave", "plane interleave", "plane interleave"),
    Table2Bit(38, "g726", "voice coding 32 kbit/s ADPCM (G.726)", "voice coding 32 kbit/s ADPCM (G.726)"),
    Table2Bit(41, "r8x15.4", "R8 x 15.4 lines/mm", "R8 x 15.4 lines/mm"),
    Table2Bit(42, "300x300", "300 x 300 pels/25.4 mm", "300 x 300 pels/25.4 mm"),
    Table2Bit(
        43, "r16x15.4", "R16 x 15.4 lines/mm or 400 x 400 pels/25.4 mm", "R16 x 15.4 lines/mm or 400 x 400 pels/25.4 mm"
    ),
    Table2Bit(44, "inch", "inch-based resolution preferred", "inch-based resolution"),
    Table2Bit(45, "metric", "metric-based resolution preferred", nil),
    Table2Bit(46, "half-scan-time", "half the scan line time at 15.4 lines/mm", nil),
    Table2Bit(47, "selective-polling", "selective polling (SEP)", nil),
    Table2Bit(49, "subaddress", "subaddressing (SUB)", "subaddress sent (SUB)"),
    Table2Bit(50, "password", "password (PWD, SID)", "sender identification sent (SID)"),
    Table2Bit(51, "ready-to-transmit-file", "a data file is ready to be polled", nil),
    Table2Bit(53, "bft", "binary file transfer (T.434)", "binary file transfer (T.434)"),
    Table2Bit(54, "dtm", "document transfer mode", "document transfer mode"),
    Table2Bit(55, "edi", "electronic data interchange", "electronic data interchange"),
    Table2Bit(57, "btm", "basic transfer mode", "basic transfer mode"),
    Table2Bit(59, "ready-to-transmit-characters", "a character or mixed mode document is ready to be polled", nil),
    Table2Bit(60, "character-mode", "character mode", "character mode"),
    Table2Bit(62, "mixed-mode", "mixed mode (T.4 Annex E)", "mixed mode (T.4 Annex E)"),
    Table2Bit(65, "processable-mode", "processable mode 26 (T.505)", nil),
    Table2Bit(66, "digital-network", "digital network", "digital network"),
    Table2Bit(67, "duplex", "duplex and half duplex", "duplex"),
    Table2Bit(68, "jpeg", "JPEG coding (T.81)", "JPEG coding (T.81)"),
    Table2Bit(69, "full-colour", "full colour mode", "full colour mode"),
    Table2Bit(70, "huffman-preferred", nil, "preferred Huffman tables"),
    Table2Bit(71, "12-bit", "12 bits a component", "12 bits a component"),
    Table2Bit(73, "no-subsampling", "no subsampling (1:1:1)", "no subsampling (1:1:1)"),
    Table2Bit(74, "custom-illuminant", "custom illuminant", "custom illuminant"),
    Table2Bit(75, "custom-gamut", "custom gamut range", "custom gamut range"),
    Table2Bit(76, "letter", "North American Letter (215.9 x 279.4 mm)", "North American Letter (215.9 x 279.4 mm)"),
    Table2Bit(77, "legal", "North American Legal (215.9 x 355.6 mm)", "North American Legal (215.9 x 355.6 mm)"),
    Table2Bit(78, "jbig", "single-progression sequential coding (T.85), basic", "T.85 coding (JBIG), basic"),
    Table2Bit(79, "jbig-l0", "single-progression sequential coding (T.85), optional L0", "T.85 coding (JBIG), L0"),
    Table2Bit(81, "hkm", "HKM key management", "HKM key management"),
    Table2Bit(82, "rsa", "RSA key management", "RSA key management"),
    Table2Bit(83, "override", "override mode", "override mode"),
    Table2Bit(84, "hfx40", "HFX40 cipher", "HFX40 cipher"),
    Table2Bit(85, "cipher-2", "alternative cipher 2", "alternative cipher 2"),
    Table2Bit(86, "cipher-3", "alternative cipher 3", "alternative cipher 3"),
    Table2Bit(87, "hfx40-i", "HFX40-I hashing", "HFX40-I hashing"),
    Table2Bit(89, "hashing-2", "alternative hashing 2", "alternative hashing 2"),
    Table2Bit(90, "hashing-3", "alternative hashing 3", "alternative hashing 3"),
    Table2Bit(95, "t44-page-length", "page length as maximum stripe size (T.44)", "page length as stripe size (T.44)"),
    Table2Bit(97, "colour-300-400", "colour/grey 300 x 300 or 400 x 400", "colour/grey 300 x 300 or 400 x 400"),
    Table2Bit(98, "colour-100", "colour/grey 100 x 100", "colour/grey 100 x 100"),
    Table2Bit(99, "bft-simple", "simple phase C BFT negotiation", "simple phase C BFT negotiation"),
    Table2Bit(100, "bft-extended", "extended BFT negotiation", nil),
    Table2Bit(101, "isp", "Internet selective polling address (ISP)", nil),
    Table2Bit(102, "ira", "Internet routing address (IRA)", "Internet routing address sent (IRA)"),
    Table2Bit(105, "600x600", "600 x 600 pels/25.4 mm", "600 x 600 pels/25.4 mm"),
    Table2Bit(106, "1200x1200", "1200 x 1200 pels/25.4 mm", "1200 x 1200 pels/25.4 mm"),
    Table2Bit(107, "300x600", "300 x 600 pels/25.4 mm", "300 x 600 pels/25.4 mm"),
    Table2Bit(108, "400x800", "400 x 800 pels/25.4 mm", "400 x 800 pels/25.4 mm"),
    Table2Bit(109, "600x1200", "600 x 1200 pels/25.4 mm", "600 x 1200 pels/25.4 mm"),
    Table2Bit(110, "colour-600", "colour/grey 600 x 600", "colour/grey 600 x 600"),
    Table2Bit(111, "colour-1200", "colour/grey 1200 x 1200", "colour/grey 1200 x 1200"),
    Table2Bit(113, "double-sided-alternate", "double-sided printing, alternate", "double-sided printing, alternate"),
    Table2Bit(114, "double-sided-continuous", "double-sided printing, continuous", "double-sided printing, continuous"),
    Table2Bit(115, "mrc-bw", "black and white mixed raster content", nil),
    Table2Bit(116, "t45", "T.45 run length colour coding", "T.45 run length colour coding"),
    Table2Bit(119, "t44-colour-space", "T.44 colour space YCC", "T.44 colour space YCC"),
    Table2Bit(121, "t38-flow-control", "flow control through a T.38 gateway", "flow control through a T.38 gateway"),
    Table2Bit(122, "k-above-4", "K greater than 4", "K greater than 4"),
    Table2Bit(
        123, "internet-aware", "Internet-aware fax device in T.38 mode", "Internet-aware fax device in T.38 mode"),
    Table2Bit(127, "sycc-jpeg", "sYCC-JPEG coding (T.4 Annex K)", "sYCC-JPEG coding (T.4 Annex K)"),
]

/// Bits that belong to fields of several bits.
let table2ValueBits: [ClosedRange<Int>] = [11...14, 17...18, 19...20, 21...23, 92...94, 117...118, 124...126]
