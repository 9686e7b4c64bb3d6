// Batch norm over the batch and the SiLU after it, in two passes forward and two backward.
//
//   h = (x - mean) / sqrt(variance + eps),  z = gamma h + beta,  y = z sigmoid(z)  or, without activation,  y = z
//
// x, y [B, C, H, W] in bfloat16, channels last: B·H·W rows of C, a multiple of the 16 lanes of AVX-512. PyTorch writes z
// as a map of its own and reads it again; here z stays in registers and is computed a second time backward.
#include <immintrin.h>
#include <omp.h>
#include <torch/extension.h>

#include <vector>

namespace {

using at::BFloat16;
using torch::Tensor;
using Lanes = __m512;

constexpr int64_t LANES = 16;
// Elements a thread takes at a time, which stay in its first cache while it goes through groups of channels.
constexpr int64_t CHUNK = 8192;

Lanes all(float v) { return _mm512_set1_ps(v); }

Lanes load(const BFloat16* p) {
  const __m256i halves = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p));
  return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(halves), 16));
}

void store(BFloat16* p, Lanes v) { _mm256_storeu_si256(reinterpret_cast<__m256i*>(p), (__m256i)_mm512_cvtneps_pbh(v)); }

// e^x = 2^n e^f with |f| at most ln 2 / 2, where the series up to the sixth power is exact to 1e-6.
Lanes exponential(Lanes x) {
  const Lanes t = _mm512_mul_ps(_mm512_max_ps(_mm512_min_ps(x, all(80)), all(-80)), all(1.442695041f));
  const Lanes n = _mm512_roundscale_ps(t, 0), f = _mm512_mul_ps(_mm512_sub_ps(t, n), all(0.6931471806f));
  Lanes sum = all(1 / 720.f);
  for (float factor : {1 / 120.f, 1 / 24.f, 1 / 6.f, 0.5f, 1.f, 1.f}) sum = _mm512_fmadd_ps(sum, f, all(factor));
  return _mm512_scalef_ps(sum, n);
}

Lanes sigmoid(Lanes z) {
  const Lanes d = _mm512_add_ps(all(1), exponential(_mm512_sub_ps(all(0), z))), r = _mm512_rcp14_ps(d);
  return _mm512_mul_ps(r, _mm512_fnmadd_ps(d, r, all(2)));
}

// The gradient at z, for a gradient g of its SiLU.
Lanes behind(Lanes g, Lanes z) {
  const Lanes s = sigmoid(z);
  return _mm512_mul_ps(g, _mm512_mul_ps(s, _mm512_fmadd_ps(z, _mm512_sub_ps(all(1), s), all(1))));
}

struct Rows {
  int64_t count, width;
  explicit Rows(const Tensor& x) : count(x.numel() / x.size(1)), width(x.size(1)) {}

  // Calls body(first row, row after the last, first channel, thread) for chunks of rows and groups of channels.
  template <class Body>
  void each(Body body) const {
    const int64_t rows = std::max(LANES, CHUNK / width);
#pragma omp parallel for schedule(static)
    for (int64_t from = 0; from < count; from += rows)
      for (int64_t c = 0; c < width; c += LANES) body(from, std::min(count, from + rows), c, omp_get_thread_num());
  }
};

// Two sums per channel: floats within a chunk, doubles over chunks.
class Sums {
 public:
  explicit Sums(int64_t width) : width_(width), parts_(2 * width * omp_get_max_threads()) {}

  void add(int thread, int64_t c, Lanes first, Lanes second) {
    float a[LANES], b[LANES];
    _mm512_storeu_ps(a, first), _mm512_storeu_ps(b, second);
    double* own = parts_.data() + 2 * (thread * width_ + c);
    for (int64_t i = 0; i < LANES; i++) own[2 * i] += a[i], own[2 * i + 1] += b[i];
  }

  std::pair<double, double> of(int64_t c) const {
    double first = 0, second = 0;
    for (size_t at = 2 * c; at < parts_.size(); at += 2 * width_) first += parts_[at], second += parts_[at + 1];
    return {first, second};
  }

 private:
  int64_t width_;
  std::vector<double> parts_;
};

// Factors and terms of h and z as linear functions of x, per channel.
struct Norm {
  std::vector<float> factor, term, scale, shift;
  Norm(const Tensor& mean, const Tensor& variance, const Tensor& gamma, const Tensor& beta, double eps) {
    const float *m = mean.data_ptr<float>(), *v = variance.data_ptr<float>(), *g = gamma.data_ptr<float>(), *b = beta.data_ptr<float>();
    for (int64_t c = 0; c < mean.numel(); c++) {
      factor.push_back(1 / std::sqrt(v[c] + eps)), term.push_back(-m[c] * factor[c]);
      scale.push_back(g[c] * factor[c]), shift.push_back(b[c] + g[c] * term[c]);
    }
  }
};

Lanes lanes(const std::vector<float>& values, int64_t c) { return _mm512_loadu_ps(values.data() + c); }

}  // namespace

// x → y, mean [C] and biased variance [C] of x
std::vector<Tensor> forward(Tensor x, Tensor gamma, Tensor beta, double eps, bool act) {
  const Rows rows(x);
  Tensor y = torch::empty_like(x), mean = torch::empty({rows.width}), variance = torch::empty({rows.width});
  const BFloat16* from = x.data_ptr<BFloat16>();
  BFloat16* to = y.data_ptr<BFloat16>();
  Sums sums(rows.width);
  rows.each([&](int64_t first, int64_t last, int64_t c, int thread) {
    Lanes sum = all(0), squares = all(0);
    for (int64_t i = first; i < last; i++) {
      const Lanes v = load(from + i * rows.width + c);
      sum = _mm512_add_ps(sum, v), squares = _mm512_fmadd_ps(v, v, squares);
    }
    sums.add(thread, c, sum, squares);
  });
  for (int64_t c = 0; c < rows.width; c++) {
    const auto [sum, squares] = sums.of(c);
    const double average = sum / rows.count;
    mean.data_ptr<float>()[c] = average;
    variance.data_ptr<float>()[c] = std::max(0.0, squares / rows.count - average * average);
  }
  const Norm norm(mean, variance, gamma, beta, eps);
  rows.each([&](int64_t first, int64_t last, int64_t c, int) {
    const Lanes scale = lanes(norm.scale, c), shift = lanes(norm.shift, c);
    for (int64_t i = first; i < last; i++) {
      const Lanes z = _mm512_fmadd_ps(load(from + i * rows.width + c), scale, shift);
      store(to + i * rows.width + c, act ? _mm512_mul_ps(z, sigmoid(z)) : z);
    }
  });
  return {y, mean, variance};
}

// Gradient of y → gradients of x, gamma and beta
std::vector<Tensor> backward(Tensor gradient, Tensor x, Tensor gamma, Tensor beta, Tensor mean, Tensor variance, double eps, bool act) {
  const Rows rows(x);
  const Norm norm(mean, variance, gamma, beta, eps);
  Tensor of_x = torch::empty_like(x), of_gamma = torch::empty({rows.width}), of_beta = torch::empty({rows.width});
  const BFloat16 *from = x.data_ptr<BFloat16>(), *given = gradient.data_ptr<BFloat16>();
  BFloat16* to = of_x.data_ptr<BFloat16>();
  const auto of_z = [&](int64_t offset, Lanes v, Lanes scale, Lanes shift) {
    const Lanes g = load(given + offset);
    return act ? behind(g, _mm512_fmadd_ps(v, scale, shift)) : g;
  };
  Sums sums(rows.width);
  rows.each([&](int64_t first, int64_t last, int64_t c, int thread) {
    const Lanes factor = lanes(norm.factor, c), term = lanes(norm.term, c), scale = lanes(norm.scale, c), shift = lanes(norm.shift, c);
    Lanes sum = all(0), aligned = all(0);
    for (int64_t i = first; i < last; i++) {
      const Lanes v = load(from + i * rows.width + c), g = of_z(i * rows.width + c, v, scale, shift);
      sum = _mm512_add_ps(sum, g), aligned = _mm512_fmadd_ps(g, _mm512_fmadd_ps(v, factor, term), aligned);
    }
    sums.add(thread, c, sum, aligned);
  });
  std::vector<float> mean_of_sum, mean_of_aligned;
  for (int64_t c = 0; c < rows.width; c++) {
    const auto [sum, aligned] = sums.of(c);
    of_beta.data_ptr<float>()[c] = sum, of_gamma.data_ptr<float>()[c] = aligned;
    mean_of_sum.push_back(sum / rows.count), mean_of_aligned.push_back(aligned / rows.count);
  }
  rows.each([&](int64_t first, int64_t last, int64_t c, int) {
    const Lanes factor = lanes(norm.factor, c), term = lanes(norm.term, c), scale = lanes(norm.scale, c), shift = lanes(norm.shift, c);
    const Lanes offset = lanes(mean_of_sum, c), slope = lanes(mean_of_aligned, c);
    for (int64_t i = first; i < last; i++) {
      const Lanes v = load(from + i * rows.width + c), g = of_z(i * rows.width + c, v, scale, shift);
      const Lanes h = _mm512_fmadd_ps(v, factor, term);
      store(to + i * rows.width + c, _mm512_mul_ps(scale, _mm512_sub_ps(g, _mm512_fmadd_ps(h, slope, offset))));
    }
  });
  return {of_x, of_gamma, of_beta};
}

PYBIND11_MODULE(TORCH_EXTENSION_NAME, module) {
  module.def("forward", &forward);
  module.def("backward", &backward);
}
