import FaxCore
import Testing

@Suite("Octets found eight at once")
struct OctetSearchTests {
    /// Neighbours of the wanted octet, 0 and the top bit are what a search by words could stumble on.
    @Test(arguments: [UInt8(0x0A), 0x00, 0xFF, 0x80])
    func findsTheFirst(wanted: UInt8) {
        for count in 0...20 {
            for place in 0...count {
                var octets = (0..<count).map { $0 % 2 == 0 ? wanted &+ 1 : wanted ^ 0x80 }
                if place < count { octets[place] = wanted }
                if place + 3 < count { octets[place + 3] = wanted }
                for start in 0...count {
                    let found = octets.span.bytes.firstPlace(of: wanted, from: start)
                    #expect(found == octets[start...].firstIndex(of: wanted), "\(octets) from \(start)")
                }
            }
        }
    }
}
