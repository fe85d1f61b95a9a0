import FaxCore

/// Counts oddities by name, in the order of their first appearance.
struct QuirkTally {
    let party: Party?
    private(set) var list: [LineQuirk] = []

    init(party: Party?) {
        self.party = party
    }

    mutating func note(_ name: String, _ frame: FrameRef, _ time: Instant) {
        guard let index = list.firstIndex(where: { $0.name == name }) else {
            list.append(LineQuirk(name: name, party: party, time: time, count: 1, frames: [frame]))
            return
        }
        list[index].count += 1
        if list[index].frames.count < LineQuirk.frameLimit, list[index].frames.last != frame {
            list[index].frames.append(frame)
        }
    }
}
