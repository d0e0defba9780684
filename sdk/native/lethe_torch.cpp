#include "lethe_torch.h"

#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>
#include <ATen/Parallel.h>
#include <ATen/Version.h>
#include <ATen/core/dispatch/Dispatcher.h>
#include <torch/csrc/api/include/torch/cuda.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/version.h>

#include <atomic>
#include <exception>
#include <mutex>
#include <string>
#include <vector>

namespace {

thread_local std::string last_error;
std::atomic<int64_t> live_tensors{0};

// Runs `body`, keeps what it throws as this thread's last error. The only place where exceptions end.
template <typename Body, typename Result>
Result guarded(Result on_failure, Body &&body) {
    try {
        return body();
    } catch (const c10::Error &error) {
        last_error = error.what_without_backtrace();
    } catch (const std::exception &error) {
        last_error = error.what();
    } catch (...) {
        last_error = "unknown native exception";
    }
    return on_failure;
}

template <typename Body>
int status(Body &&body) {
    return guarded(1, [&] {
        body();
        return 0;
    });
}

void *own(at::Tensor tensor) {
    if (!tensor.defined())
        return nullptr;
    live_tensors.fetch_add(1, std::memory_order_relaxed);
    return tensor.unsafeReleaseTensorImpl();
}

at::Tensor borrow(void *handle) {
    if (handle == nullptr)
        return {};
    return at::Tensor(c10::intrusive_ptr<c10::TensorImpl, c10::UndefinedTensorImpl>::reclaim_copy(static_cast<c10::TensorImpl *>(handle)));
}

at::Device device(int type, int index) { return at::Device(static_cast<at::DeviceType>(type), static_cast<at::DeviceIndex>(index)); }

c10::IValue to_ivalue(const lt_value &value, const c10::Argument &argument) {
    switch (value.tag) {
    case LT_NONE:
        return {};
    case LT_TENSOR:
        return borrow(value.pointer);
    case LT_INT:
        return value.integer;
    case LT_DOUBLE:
        return value.real;
    case LT_BOOL:
        return value.integer != 0;
    case LT_INT_LIST: {
        auto data = static_cast<const int64_t *>(value.pointer);
        return c10::List<int64_t>(c10::IntArrayRef(data, value.length));
    }
    case LT_DOUBLE_LIST: {
        auto data = static_cast<const double *>(value.pointer);
        return c10::List<double>(c10::ArrayRef<double>(data, value.length));
    }
    case LT_TENSOR_LIST: {
        c10::List<at::Tensor> list;
        list.reserve(value.length);
        for (int i = 0; i < value.length; i++)
            list.push_back(borrow(static_cast<void **>(value.pointer)[i]));
        return list;
    }
    case LT_OPTIONAL_TENSORS: {
        c10::List<c10::optional<at::Tensor>> list;
        list.reserve(value.length);
        for (int i = 0; i < value.length; i++) {
            auto handle = static_cast<void **>(value.pointer)[i];
            list.push_back(handle == nullptr ? c10::optional<at::Tensor>() : c10::optional<at::Tensor>(borrow(handle)));
        }
        return list;
    }
    case LT_STRING:
        return std::string(static_cast<const char *>(value.pointer), value.length);
    case LT_DEVICE:
        return device(static_cast<int>(value.integer), value.length);
    case LT_GENERATOR:
        return *static_cast<at::Generator *>(value.pointer);
    default:
        TORCH_CHECK(false, "argument `", argument.name(), "` has the unknown tag ", value.tag);
    }
}

struct Results {
    lt_value *values;
    int capacity;
    int count = 0;

    lt_value &next(int tag) {
        TORCH_CHECK(count < capacity, "operator returned more than ", capacity, " values");
        auto &value = values[count++];
        value = {};
        value.tag = tag;
        return value;
    }

    void add(c10::IValue &&value) {
        if (value.isTensor())
            next(LT_TENSOR).pointer = own(std::move(value).toTensor());
        else if (value.isTensorList())
            for (const at::Tensor &tensor : value.toTensorVector())
                next(LT_TENSOR).pointer = own(tensor);
        else if (value.isInt())
            next(LT_INT).integer = value.toInt();
        else if (value.isDouble())
            next(LT_DOUBLE).real = value.toDouble();
        else if (value.isBool())
            next(LT_BOOL).integer = value.toBool();
        else if (value.isNone())
            next(LT_NONE);
        else
            TORCH_CHECK(false, "operator returned an unsupported ", value.tagKind());
    }
};

std::vector<at::Tensor> borrow_all(void **handles, int count) {
    std::vector<at::Tensor> tensors;
    tensors.reserve(count);
    for (int i = 0; handles != nullptr && i < count; i++)
        tensors.push_back(borrow(handles[i]));
    return tensors;
}

} // namespace

const char *lt_last_error(void) { return last_error.c_str(); }

void *lt_operator_find(const char *name, const char *overload) {
    return guarded(static_cast<void *>(nullptr), [&]() -> void * {
        return new c10::OperatorHandle(c10::Dispatcher::singleton().findSchemaOrThrow(name, overload));
    });
}

int lt_operator_call(void *op, const lt_value *arguments, int count, lt_value *results, int capacity, int *produced) {
    Results out{results, capacity};
    int failed = status([&] {
        auto &handle = *static_cast<c10::OperatorHandle *>(op);
        const auto &schema = handle.schema().arguments();
        TORCH_CHECK(static_cast<size_t>(count) <= schema.size(), "too many arguments: ", count, ", the operator takes ", schema.size());
        torch::jit::Stack stack;
        stack.reserve(schema.size());
        for (size_t i = 0; i < schema.size(); i++) {
            if (i < static_cast<size_t>(count)) {
                auto value = to_ivalue(arguments[i], schema[i]);
                // A schema's `float` takes a double only; callers may write 1 for 1.0.
                bool widen = value.isInt() && schema[i].type()->kind() == c10::TypeKind::FloatType;
                stack.push_back(widen ? c10::IValue(static_cast<double>(value.toInt())) : std::move(value));
            } else {
                TORCH_CHECK(schema[i].default_value().has_value(), "argument `", schema[i].name(), "` is missing");
                stack.push_back(*schema[i].default_value());
            }
        }
        handle.callBoxed(&stack);
        for (auto &value : stack)
            out.add(std::move(value));
    });
    if (failed)
        for (int i = 0; i < out.count; i++)
            if (results[i].tag == LT_TENSOR)
                lt_tensor_free(results[i].pointer);
    *produced = failed ? 0 : out.count;
    return failed;
}

void *lt_tensor_copy_of(const void *data, const int64_t *sizes, int dimensions, int dtype) {
    return guarded(static_cast<void *>(nullptr), [&]() -> void * {
        auto options = at::TensorOptions().dtype(static_cast<at::ScalarType>(dtype));
        return own(at::from_blob(const_cast<void *>(data), at::IntArrayRef(sizes, dimensions), options).clone());
    });
}

void lt_tensor_free(void *tensor) {
    if (tensor == nullptr)
        return;
    live_tensors.fetch_sub(1, std::memory_order_relaxed);
    c10::intrusive_ptr<c10::TensorImpl, c10::UndefinedTensorImpl>::reclaim(static_cast<c10::TensorImpl *>(tensor));
}

int lt_tensor_describe(void *handle, lt_tensor_info *info, int64_t *sizes, int64_t *strides, int capacity) {
    return status([&] {
        auto tensor = borrow(handle);
        TORCH_CHECK(tensor.dim() <= capacity, "tensor has ", tensor.dim(), " dimensions, at most ", capacity, " are supported");
        info->element_count = tensor.numel();
        info->data = tensor.has_storage() && tensor.device().is_cpu() ? tensor.data_ptr() : nullptr;
        info->dtype = static_cast<int32_t>(tensor.scalar_type());
        info->dimensions = static_cast<int32_t>(tensor.dim());
        info->device_type = static_cast<int32_t>(tensor.device().type());
        info->device_index = tensor.device().index();
        info->requires_grad = tensor.requires_grad();
        info->is_leaf = tensor.is_leaf();
        info->is_contiguous = tensor.is_contiguous();
        info->element_size = static_cast<int32_t>(tensor.element_size());
        for (int64_t i = 0; i < tensor.dim(); i++) {
            sizes[i] = tensor.size(i);
            strides[i] = tensor.stride(i);
        }
    });
}

int lt_tensor_set_requires_grad(void *tensor, int value) {
    return status([&] { borrow(tensor).requires_grad_(value != 0); });
}

void *lt_tensor_grad(void *tensor) {
    return guarded(static_cast<void *>(nullptr), [&] { return own(borrow(tensor).grad()); });
}

int lt_tensor_set_grad(void *tensor, void *grad) {
    return status([&] { borrow(tensor).mutable_grad() = borrow(grad); });
}

int64_t lt_tensor_live(void) { return live_tensors.load(); }

int lt_backward(void **tensors, void **grads, int count, int retain_graph, int create_graph) {
    return status([&] {
        torch::autograd::backward(borrow_all(tensors, count), borrow_all(grads, count), retain_graph != 0, create_graph != 0);
    });
}

int lt_grad(void **outputs, void **grad_outputs, int output_count, void **inputs, int input_count, int retain_graph, int create_graph,
            int allow_unused, void **results) {
    return status([&] {
        auto grads = torch::autograd::grad(borrow_all(outputs, output_count), borrow_all(inputs, input_count),
                                           borrow_all(grad_outputs, output_count), retain_graph != 0, create_graph != 0, allow_unused != 0);
        for (int i = 0; i < input_count; i++)
            results[i] = own(grads[i]);
    });
}

int lt_grad_enabled(void) { return at::GradMode::is_enabled(); }

void lt_set_grad_enabled(int value) { at::GradMode::set_enabled(value != 0); }

int lt_manual_seed(uint64_t seed) {
    return status([&] { at::manual_seed(seed); });
}

void *lt_default_generator(void) {
    return guarded(static_cast<void *>(nullptr), []() -> void * { return new at::Generator(at::detail::getDefaultCPUGenerator()); });
}

void *lt_generator_new(uint64_t seed, int device_type, int device_index) {
    return guarded(static_cast<void *>(nullptr), [&]() -> void * {
        auto where = device(device_type, device_index);
        auto generator = where.is_cpu() ? at::detail::createCPUGenerator(seed)
                                        : at::globalContext().defaultGenerator(where).clone();
        generator.set_current_seed(seed);
        return new at::Generator(std::move(generator));
    });
}

void lt_generator_free(void *generator) { delete static_cast<at::Generator *>(generator); }

int lt_generator_seed(void *generator, uint64_t seed) {
    return status([&] {
        auto &g = *static_cast<at::Generator *>(generator);
        std::lock_guard<std::mutex> lock(g.mutex());
        g.set_current_seed(seed);
    });
}

void *lt_generator_state(void *generator) {
    return guarded(static_cast<void *>(nullptr), [&] { return own(static_cast<at::Generator *>(generator)->get_state()); });
}

int lt_generator_set_state(void *generator, void *state) {
    return status([&] { static_cast<at::Generator *>(generator)->set_state(borrow(state)); });
}

int lt_threads(void) { return at::get_num_threads(); }

void lt_set_threads(int count) { at::set_num_threads(count); }

int lt_set_flush_denormal(int value) { return at::globalContext().setFlushDenormal(value != 0); }

int lt_cuda_devices(void) { return static_cast<int>(torch::cuda::device_count()); }

const char *lt_version(void) { return TORCH_VERSION; }

const char *lt_configuration(void) {
    static const std::string text = at::show_config();
    return text.c_str();
}
