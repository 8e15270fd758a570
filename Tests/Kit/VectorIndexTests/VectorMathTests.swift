import Testing
import VectorIndex

struct VectorMathTests {
    @Test func theBestOfEachIsFound() {
        let left: [Float] = [1, 0, 0, 1, 0.5, 0.5]
        let right: [Float] = [1, 0, -1, 0, 0, 0.25, 0.5, -1, 0, -2]
        #expect(VectorMath.bestDots(left, right, width: 2) == [1, 0.25, 0.5])
        #expect(VectorMath.bestDots(left, [], width: 2) == [0, 0, 0])
        #expect(VectorMath.bestDots([], right, width: 2) == [])
    }
}
