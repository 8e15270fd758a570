import CVectorMath
import Foundation
import TestSupport
import Testing

/// Each variant that this machine can run gives what plain arithmetic in doubles gives.
@Suite struct KernelTests {
    static let variants = (0..<vm_variant_count()).compactMap { vm_variant($0) }.map { Variant(kernels: $0) }

    struct Variant: CustomTestStringConvertible, @unchecked Sendable {
        let kernels: UnsafePointer<vm_kernels>
        var testDescription: String { String(cString: kernels.pointee.name) }
    }

    private static func numbers(_ count: Int, seed: UInt64, _ range: ClosedRange<Float> = -1...1) -> [Float] {
        var random = SeededRandom(seed: seed)
        return (0..<count).map { _ in Float.random(in: range, using: &random) }
    }

    @Test func theBestIsOneOfThem() {
        #expect(Self.variants.contains { $0.kernels == vm_best() })
        #expect(Self.variants.first.map { String(cString: $0.kernels.pointee.name) } == "baseline")
    }

    @Test(arguments: variants) func geluIsThatOfTheErrorFunction(_ variant: Variant) {
        let bias = Self.numbers(37, seed: 1)
        var x = Self.numbers(37 * 50, seed: 2, -12...12)
        x[0] = 0
        x[1] = -60
        x[2] = 60
        let expected = x.indices.map { index in
            let value = Double(x[index] + bias[index % 37])
            return value * 0.5 * erfc(-value / 2.0.squareRoot())
        }
        variant.kernels.pointee.bias_gelu(&x, bias, 50, 37)
        for (value, wanted) in zip(x, expected) { #expect(abs(Double(value) - wanted) < 2e-6 * max(1, abs(wanted))) }
    }

    @Test(arguments: variants, [384, 45]) func normsAfterAdding(_ variant: Variant, width: Int) {
        let (bias, gain, shift) = (Self.numbers(width, seed: 1), Self.numbers(width, seed: 2), Self.numbers(width, seed: 3))
        let added = Self.numbers(3 * width, seed: 4)
        let before = Self.numbers(3 * width, seed: 5)
        var hidden = before
        variant.kernels.pointee.add_norm(&hidden, added, bias, gain, shift, 3, width, 1e-12)
        for row in 0..<3 {
            let sums = (0..<width).map { Double(before[row * width + $0]) + Double(added[row * width + $0]) + Double(bias[$0]) }
            let mean = sums.reduce(0, +) / Double(width)
            let deviation = (sums.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(width)).squareRoot()
            for i in 0..<width {
                #expect(abs(Double(hidden[row * width + i]) - ((sums[i] - mean) / deviation * Double(gain[i]) + Double(shift[i]))) < 1e-5)
            }
        }
    }

    @Test(arguments: variants, [1, 2, 7, 16, 33, 61]) func attends(_ variant: Variant, length: Int) {
        let (heads, size) = (2, 64)
        let width = heads * size
        let qkv = Self.numbers(length * 3 * width, seed: 6, -2...2)
        let bias = Self.numbers(3 * width, seed: 7)
        var out = [Float](repeating: .nan, count: length * width)
        var scratch = [Float](repeating: .nan, count: vm_attention_scratch(length, size))
        variant.kernels.pointee.attend(qkv, bias, &out, length, heads, size, &scratch)
        func value(_ part: Int, _ row: Int, _ column: Int) -> Double {
            Double(qkv[row * 3 * width + part * width + column]) + Double(bias[part * width + column])
        }
        for head in 0..<heads {
            for row in 0..<length {
                let columns = head * size..<(head + 1) * size
                let scores = (0..<length).map { other in
                    columns.reduce(0.0) { $0 + value(0, row, $1) * value(1, other, $1) } / Double(size).squareRoot()
                }
                let weights = scores.map { exp($0 - (scores.max() ?? 0)) }
                for column in columns {
                    let sum = (0..<length).reduce(0.0) { $0 + weights[$1] * value(2, $1, column) }
                    #expect(abs(Double(out[row * width + column]) - sum / weights.reduce(0, +)) < 2e-5)
                }
            }
        }
    }

    @Test(arguments: variants) func meansAreOfLengthOne(_ variant: Variant) {
        let rows = Self.numbers(5 * 50, seed: 8)
        var out = [Float](repeating: 0, count: 50)
        variant.kernels.pointee.mean_unit(rows, 5, 50, &out)
        let sums = (0..<50).map { column in (0..<5).reduce(0.0) { $0 + Double(rows[$1 * 50 + column]) } }
        let length = sums.reduce(0) { $0 + $1 * $1 }.squareRoot()
        for (value, sum) in zip(out, sums) { #expect(abs(Double(value) - sum / length) < 1e-6) }
        var zeros = [Float](repeating: 1, count: 50)
        variant.kernels.pointee.mean_unit([Float](repeating: 0, count: 50), 1, 50, &zeros)
        #expect(zeros.allSatisfy { $0 == 0 })
    }

    @Test(arguments: variants, [384, 67, 5]) func dotsAreDots(_ variant: Variant, width: Int) {
        let (rows, query) = (Self.numbers(7 * width, seed: 9), Self.numbers(width, seed: 10))
        var out = [Float](repeating: 0, count: 7)
        variant.kernels.pointee.dots(rows, 7, query, width, &out)
        for row in 0..<7 {
            let sum = (0..<width).reduce(0.0) { $0 + Double(rows[row * width + $1]) * Double(query[$1]) }
            #expect(abs(Double(out[row]) - sum) < 1e-4)
        }
    }

    @Test(arguments: variants, [1, 4, 9]) func fewRowsAreAMatrixProduct(_ variant: Variant, rows: Int) {
        let (columns, width, stride) = (13, 70, 20)
        let (a, b) = (Self.numbers(rows * width, seed: 11), Self.numbers(columns * width, seed: 12))
        var c = [Float](repeating: 42, count: rows * stride)
        variant.kernels.pointee.few_rows(a, rows, b, columns, width, &c, stride)
        for row in 0..<rows {
            for column in 0..<stride {
                let sum = (0..<width).reduce(0.0) { $0 + (column < columns ? Double(a[row * width + $1]) * Double(b[column * width + $1]) : 0) }
                #expect(abs(Double(c[row * stride + column]) - (column < columns ? sum : 42)) < 1e-4)
            }
        }
    }

    @Test(arguments: variants, [384, 100]) func codesAreNearAndTheirDotsExact(_ variant: Variant, width: Int) {
        var x = Self.numbers(4 * width, seed: 13)
        for i in 0..<width { x[3 * width + i] = i % 2 == 0 ? -1 : 1 }  // every code is −127 or 127
        var codes = [Int8](repeating: 0, count: 4 * width)
        for row in 0..<4 {
            let scale = codes.withUnsafeMutableBufferPointer { codes in
                x.withUnsafeBufferPointer { x in
                    variant.kernels.pointee.quantise(x.baseAddress! + row * width, width, codes.baseAddress! + row * width)
                }
            }
            for i in 0..<width { #expect(abs(Float(codes[row * width + i]) * scale - x[row * width + i]) <= scale * 0.501) }
        }
        #expect(!codes.contains(-128))
        for query in 0..<4 {
            let wanted = Array(codes[query * width..<(query + 1) * width])
            var out = [Int32](repeating: 0, count: 4)
            variant.kernels.pointee.dots_int8(codes, 4, wanted, width, &out)
            for row in 0..<4 { #expect(out[row] == (0..<width).reduce(0) { $0 + Int32(codes[row * width + $1]) * Int32(wanted[$1]) }) }
        }
    }

    @Test func checksumIsCastagnolis() {
        #expect(vm_crc32c(0, Array("123456789".utf8), 9) == 0xe306_9283)
        let bytes = (0..<1000).map { UInt8(truncatingIfNeeded: $0 * 7) }
        #expect(vm_crc32c(vm_crc32c(0, bytes, 333), Array(bytes[333...]), 667) == vm_crc32c(0, bytes, 1000))
    }
}
