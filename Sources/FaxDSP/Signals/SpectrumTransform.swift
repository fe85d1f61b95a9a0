import Foundation

/// The power spectrum of a short piece of samples: Hann window, real Fourier transform of a power of two.
struct SpectrumTransform {
    /// Samples of a piece.
    let size: Int
    /// Bins of a spectrum, `size / 2 + 1`, from 0 to 4000 Hz.
    var binCount: Int { size / 2 + 1 }
    var binHz: Float { 8000 / Float(size) }

    private let window: [Float]
    private let cosines: [Float]
    private let sines: [Float]
    private var real: [Float]
    private var imaginary: [Float]
    private var otherReal: [Float]
    private var otherImaginary: [Float]
    /// Of the last piece, scaled so that the bins of a stretch of the spectrum add up to its mean square.
    private(set) var power: [Float]

    /// `size`: a power of two, 16 or more.
    init(size: Int) {
        precondition(size >= 16 && size & (size - 1) == 0)
        self.size = size
        window = (0..<size).map { 0.5 - 0.5 * Float(cos(2 * .pi * (Double($0) + 0.5) / Double(size))) }
        cosines = (0..<size / 2).map { Float(cos(2 * .pi * Double($0) / Double(size))) }
        sines = (0..<size / 2).map { Float(-sin(2 * .pi * Double($0) / Double(size))) }
        real = Array(repeating: 0, count: size / 2)
        imaginary = real
        otherReal = real
        otherImaginary = real
        power = Array(repeating: 0, count: size / 2 + 1)
    }

    /// Transforms the `size` samples from `start`; those outside the samples are 0.
    mutating func transform(_ samples: UnsafeBufferPointer<Int16>, from start: Int) {
        load(samples, from: start)
        butterflies()
        unpack()
    }

    /// Even samples become real, odd ones imaginary: half the transform for a real signal.
    private mutating func load(_ samples: UnsafeBufferPointer<Int16>, from start: Int) {
        let half = size / 2
        if start >= 0, start + size <= samples.count, let base = samples.baseAddress {
            let piece = base + start
            for index in 0..<half {
                real[index] = Float(piece[2 * index]) * window[2 * index]
                imaginary[index] = Float(piece[2 * index + 1]) * window[2 * index + 1]
            }
            return
        }
        func sample(_ offset: Int) -> Float {
            let index = start + offset
            return index >= 0 && index < samples.count ? Float(samples[index]) * window[offset] : 0
        }
        for index in 0..<half {
            real[index] = sample(2 * index)
            imaginary[index] = sample(2 * index + 1)
        }
    }

    /// Stockham's order of a transform of radix 2: no reordering, long inner loops.
    private mutating func butterflies() {
        var groups = size / 4
        var width = 1
        while groups >= 1 {
            stage(groups: groups, width: width)
            swap(&real, &otherReal)
            swap(&imaginary, &otherImaginary)
            groups /= 2
            width *= 2
        }
    }

    private mutating func stage(groups: Int, width: Int) {
        let half = size / 4
        let cosines = cosines
        let sines = sines
        real.withUnsafeBufferPointer { real in
            imaginary.withUnsafeBufferPointer { imaginary in
                otherReal.withUnsafeMutableBufferPointer { toReal in
                    otherImaginary.withUnsafeMutableBufferPointer { toImaginary in
                        // All four have size / 2 elements, and never none.
                        guard let a = real.baseAddress, let b = imaginary.baseAddress, let c = toReal.baseAddress,
                            let d = toImaginary.baseAddress
                        else { return }
                        for group in 0..<groups {
                            let cosine = cosines[2 * group * width]
                            let sine = sines[2 * group * width]
                            let from = group * width
                            let to = 2 * group * width
                            for index in 0..<width {
                                let firstReal = a[from + index]
                                let firstImaginary = b[from + index]
                                let secondReal = a[from + index + half]
                                let secondImaginary = b[from + index + half]
                                c[to + index] = firstReal + secondReal
                                d[to + index] = firstImaginary + secondImaginary
                                let differenceReal = firstReal - secondReal
                                let differenceImaginary = firstImaginary - secondImaginary
                                c[to + width + index] = differenceReal * cosine - differenceImaginary * sine
                                d[to + width + index] = differenceReal * sine + differenceImaginary * cosine
                            }
                        }
                    }
                }
            }
        }
    }

    private mutating func unpack() {
        let half = size / 2
        // A Hann window holds 3/8 of the power; a bin and its mirror image are one.
        let scale = 2 / (Float(size) * Float(size) * 3 / 8)
        power[0] = 0
        power[half] = 0
        for bin in 1..<half {
            let evenReal = (real[bin] + real[half - bin]) / 2
            let evenImaginary = (imaginary[bin] - imaginary[half - bin]) / 2
            let oddReal = (imaginary[bin] + imaginary[half - bin]) / 2
            let oddImaginary = (real[half - bin] - real[bin]) / 2
            let sumReal = evenReal + oddReal * cosines[bin] - oddImaginary * sines[bin]
            let sumImaginary = evenImaginary + oddReal * sines[bin] + oddImaginary * cosines[bin]
            power[bin] = (sumReal * sumReal + sumImaginary * sumImaginary) * scale
        }
    }

    /// The frequency of a tone whose strongest bin is `bin`: in a Hann window the ratio of two neighbours tells it.
    func frequency(ofPeak bin: Int) -> Float { Self.frequency(power, bin: bin, binHz: binHz) }

    static func frequency(_ power: [Float], bin: Int, binHz: Float) -> Float {
        guard bin > 0, bin + 1 < power.count, power[bin] > 0 else { return Float(bin) * binHz }
        let isAbove = power[bin + 1] > power[bin - 1]
        let ratio = (power[isAbove ? bin + 1 : bin - 1] / power[bin]).squareRoot()
        let offset = (2 * ratio - 1) / (ratio + 1)
        return (Float(bin) + (isAbove ? offset : -offset)) * binHz
    }
}
