// Layers whose weights stay as they are, cheaper in memory than autograd makes them. PyTorch's convolution keeps its input for the gradient
// of a weight that nobody wants, and the weight in full precision; here a pass keeps neither. A weight may lie in half precision, as its
// file has it: it is widened for the moment it is used, forward and again backward. The numbers are those of aten::conv2d on the widened weight.

#include "lethe_torch.h"

#include <ATen/ATen.h>
#include <torch/csrc/autograd/custom_function.h>
#include <torch/library.h>

namespace {

using at::IntArrayRef;
using at::Tensor;
using torch::autograd::AutogradContext;
using torch::autograd::Variable;
using torch::autograd::variable_list;

// The weight in the format of what it meets. A widened one is gone with the next: layer after layer writes to the same memory, which stays in
// the cache where the layer is small and costs no page fault where it is large.
Tensor widened(const Tensor &weight, at::ScalarType type) {
    if (weight.scalar_type() == type)
        return weight;
    if (!weight.is_cpu())
        return weight.to(type);
    thread_local Tensor memory;
    if (!memory.defined() || memory.scalar_type() != type || memory.numel() < weight.numel())
        memory = at::empty({weight.numel()}, weight.options().dtype(type));
    return memory.narrow(0, 0, weight.numel()).view(weight.sizes()).copy_(weight);
}

struct FrozenConvolution : torch::autograd::Function<FrozenConvolution> {
    static Variable forward(AutogradContext *context, const Variable &input, const Variable &weight, const c10::optional<Tensor> &bias,
                            IntArrayRef stride, IntArrayRef padding) {
        context->save_for_backward({weight});
        context->saved_data["sizes"] = input.sizes().vec();
        context->saved_data["strides"] = input.strides().vec();
        context->saved_data["stride"] = stride.vec();
        context->saved_data["padding"] = padding.vec();
        return at::conv2d(input, widened(weight, input.scalar_type()), bias, stride, padding);
    }

    static variable_list backward(AutogradContext *context, variable_list gradients) {
        const auto &gradient = gradients[0];
        const auto weight = widened(context->get_saved_variables()[0], gradient.scalar_type());
        const auto sizes = context->saved_data["sizes"].toIntVector(), strides = context->saved_data["strides"].toIntVector();
        const auto stride = context->saved_data["stride"].toIntVector(), padding = context->saved_data["padding"].toIntVector();
        // Of the input only sizes and layout count where the gradient of the weight is not wanted: this memory is never touched.
        const auto input = at::empty_strided(sizes, strides, gradient.options());
        const std::vector<int64_t> dilation{1, 1}, nothing{0, 0};
        const auto result = at::convolution_backward(gradient, input, weight, c10::nullopt, stride, padding, dilation, false, nothing, 1,
                                                     std::array<bool, 3>{true, false, false});
        return {std::get<0>(result), Tensor(), Tensor(), Tensor(), Tensor()};
    }
};

Tensor frozen_conv2d(const Tensor &input, const Tensor &weight, const c10::optional<Tensor> &bias, IntArrayRef stride, IntArrayRef padding) {
    const auto trains = weight.requires_grad() || (bias.has_value() && bias->defined() && bias->requires_grad());
    if (trains)
        return at::conv2d(input, weight.to(input.scalar_type()), bias, stride, padding);
    if (!at::GradMode::is_enabled() || !input.requires_grad())
        return at::conv2d(input, widened(weight, input.scalar_type()), bias, stride, padding);
    return FrozenConvolution::apply(input, weight, bias, stride, padding);
}

TORCH_LIBRARY(lethe, library) {
    library.def("frozen_conv2d(Tensor input, Tensor weight, Tensor? bias, int[2] stride, int[2] padding) -> Tensor");
}

TORCH_LIBRARY_IMPL(lethe, CompositeImplicitAutograd, library) {
    library.impl("frozen_conv2d", frozen_conv2d);
}

} // namespace
