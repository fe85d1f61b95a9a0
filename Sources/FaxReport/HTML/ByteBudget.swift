/// Octets that parts of a report may take: the first ones get what they need, later ones nothing. Calls that failed
/// have a share of their own, for they are what the report is opened for.
struct ByteBudget {
    private var common: Int
    private var forFailed: Int
    /// Parts that found no room.
    private(set) var refused = 0

    /// Half of `octets` is kept for calls that failed.
    init(octets: Int) {
        common = octets - octets / 2
        forFailed = octets / 2
    }

    mutating func take(_ octets: Int, isFailed: Bool) -> Bool {
        if isFailed, octets <= forFailed {
            forFailed -= octets
        } else if octets <= common {
            common -= octets
        } else {
            refused += 1
            return false
        }
        return true
    }
}
