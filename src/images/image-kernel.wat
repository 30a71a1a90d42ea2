;; `rows` and `columns`: the two passes of Pillow's 8-bit resampling over interleaved RGB, four sums at a time.
;; `pixels`: bytes to float32 through one table of 256 per channel, mirrored or not.
;; Addresses are bytes. Taps are i32 with 22 fractional bits, `tapStride` bytes per output position; `first` and `count`
;; are i32 per output position. Reads and writes go up to 15 bytes past the end of a buffer: keep that much room.
(module
  (memory (export "memory") 1)
  (global $half i32 (i32.const 0x200000))

  (func (export "rows")
    (param $source i32) (param $sourceRow i32) (param $height i32) (param $target i32) (param $width i32)
    (param $first i32) (param $count i32) (param $taps i32) (param $tapStride i32)
    (local $x4 i32) (local $end4 i32) (local $tap i32) (local $tapEnd i32) (local $pixel i32) (local $sum v128)
    (local.set $end4 (i32.shl (local.get $width) (i32.const 2)))
    (block $done
      (loop $row
        (br_if $done (i32.eqz (local.get $height)))
        (local.set $height (i32.sub (local.get $height) (i32.const 1)))
        (local.set $x4 (i32.const 0))
        (loop $column
          (local.set $pixel (i32.add (local.get $source)
            (i32.mul (i32.load (i32.add (local.get $first) (local.get $x4))) (i32.const 3))))
          (local.set $tap (i32.add (local.get $taps)
            (i32.mul (i32.shr_u (local.get $x4) (i32.const 2)) (local.get $tapStride))))
          (local.set $tapEnd (i32.add (local.get $tap)
            (i32.shl (i32.load (i32.add (local.get $count) (local.get $x4))) (i32.const 2))))
          (local.set $sum (i32x4.splat (global.get $half)))
          (loop $add
            (local.set $sum (i32x4.add (local.get $sum) (i32x4.mul
              (i32x4.extend_low_i16x8_u (i16x8.extend_low_i8x16_u (v128.load32_zero (local.get $pixel))))
              (v128.load32_splat (local.get $tap)))))
            (local.set $pixel (i32.add (local.get $pixel) (i32.const 3)))
            (local.set $tap (i32.add (local.get $tap) (i32.const 4)))
            (br_if $add (i32.lt_u (local.get $tap) (local.get $tapEnd))))
          (local.set $sum (i32x4.shr_s (local.get $sum) (i32.const 22)))
          (local.set $sum (i16x8.narrow_i32x4_s (local.get $sum) (local.get $sum)))
          (v128.store32_lane 0 (local.get $target) (i8x16.narrow_i16x8_u (local.get $sum) (local.get $sum)))
          (local.set $target (i32.add (local.get $target) (i32.const 3)))
          (local.set $x4 (i32.add (local.get $x4) (i32.const 4)))
          (br_if $column (i32.lt_u (local.get $x4) (local.get $end4))))
        (local.set $source (i32.add (local.get $source) (local.get $sourceRow)))
        (br $row))))

  (func (export "columns")
    (param $source i32) (param $row i32) (param $target i32) (param $height i32)
    (param $first i32) (param $count i32) (param $taps i32) (param $tapStride i32)
    (local $y4 i32) (local $end4 i32) (local $x i32) (local $from i32) (local $byte i32)
    (local $tap i32) (local $tapStart i32) (local $tapEnd i32) (local $weight v128) (local $pixels v128) (local $wide v128)
    (local $a v128) (local $b v128) (local $c v128) (local $d v128)
    (local.set $end4 (i32.shl (local.get $height) (i32.const 2)))
    (local.set $tapStart (local.get $taps))
    (loop $line
      (local.set $from (i32.add (local.get $source)
        (i32.mul (i32.load (i32.add (local.get $first) (local.get $y4))) (local.get $row))))
      (local.set $tapEnd (i32.add (local.get $tapStart)
        (i32.shl (i32.load (i32.add (local.get $count) (local.get $y4))) (i32.const 2))))
      (local.set $x (i32.const 0))
      (loop $chunk
        (local.set $a (i32x4.splat (global.get $half)))
        (local.set $b (local.get $a))
        (local.set $c (local.get $a))
        (local.set $d (local.get $a))
        (local.set $tap (local.get $tapStart))
        (local.set $byte (i32.add (local.get $from) (local.get $x)))
        (loop $add
          (local.set $weight (v128.load32_splat (local.get $tap)))
          (local.set $pixels (v128.load (local.get $byte)))
          (local.set $wide (i16x8.extend_low_i8x16_u (local.get $pixels)))
          (local.set $a (i32x4.add (local.get $a)
            (i32x4.mul (i32x4.extend_low_i16x8_u (local.get $wide)) (local.get $weight))))
          (local.set $b (i32x4.add (local.get $b)
            (i32x4.mul (i32x4.extend_high_i16x8_u (local.get $wide)) (local.get $weight))))
          (local.set $wide (i16x8.extend_high_i8x16_u (local.get $pixels)))
          (local.set $c (i32x4.add (local.get $c)
            (i32x4.mul (i32x4.extend_low_i16x8_u (local.get $wide)) (local.get $weight))))
          (local.set $d (i32x4.add (local.get $d)
            (i32x4.mul (i32x4.extend_high_i16x8_u (local.get $wide)) (local.get $weight))))
          (local.set $byte (i32.add (local.get $byte) (local.get $row)))
          (local.set $tap (i32.add (local.get $tap) (i32.const 4)))
          (br_if $add (i32.lt_u (local.get $tap) (local.get $tapEnd))))
        (v128.store (i32.add (local.get $target) (local.get $x)) (i8x16.narrow_i16x8_u
          (i16x8.narrow_i32x4_s
            (i32x4.shr_s (local.get $a) (i32.const 22)) (i32x4.shr_s (local.get $b) (i32.const 22)))
          (i16x8.narrow_i32x4_s
            (i32x4.shr_s (local.get $c) (i32.const 22)) (i32x4.shr_s (local.get $d) (i32.const 22)))))
        (local.set $x (i32.add (local.get $x) (i32.const 16)))
        (br_if $chunk (i32.lt_u (local.get $x) (local.get $row))))
      (local.set $target (i32.add (local.get $target) (local.get $row)))
      (local.set $tapStart (i32.add (local.get $tapStart) (local.get $tapStride)))
      (local.set $y4 (i32.add (local.get $y4) (i32.const 4)))
      (br_if $line (i32.lt_u (local.get $y4) (local.get $end4)))))

  (func (export "pixels")
    (param $source i32) (param $width i32) (param $height i32) (param $target i32) (param $table i32) (param $mirrored i32)
    (local $to i32) (local $step i32) (local $rowEnd i32) (local $row i32)
    (local.set $row (i32.mul (local.get $width) (i32.const 12)))
    (local.set $step (select (i32.const -12) (i32.const 12) (local.get $mirrored)))
    (loop $line
      (local.set $rowEnd (i32.add (local.get $source) (i32.mul (local.get $width) (i32.const 3))))
      (local.set $to (select
        (i32.sub (i32.add (local.get $target) (local.get $row)) (i32.const 12)) (local.get $target) (local.get $mirrored)))
      (loop $pixel
        (f32.store (local.get $to) (f32.load
          (i32.add (local.get $table) (i32.shl (i32.load8_u (local.get $source)) (i32.const 2)))))
        (f32.store offset=4 (local.get $to) (f32.load offset=1024
          (i32.add (local.get $table) (i32.shl (i32.load8_u offset=1 (local.get $source)) (i32.const 2)))))
        (f32.store offset=8 (local.get $to) (f32.load offset=2048
          (i32.add (local.get $table) (i32.shl (i32.load8_u offset=2 (local.get $source)) (i32.const 2)))))
        (local.set $to (i32.add (local.get $to) (local.get $step)))
        (local.set $source (i32.add (local.get $source) (i32.const 3)))
        (br_if $pixel (i32.lt_u (local.get $source) (local.get $rowEnd))))
      (local.set $target (i32.add (local.get $target) (local.get $row)))
      (local.set $height (i32.sub (local.get $height) (i32.const 1)))
      (br_if $line (local.get $height)))))
