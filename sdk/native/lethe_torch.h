/* C border of libtorch for Lethe. No exceptions and no C++ types cross it.
 *
 * Every ATen operator is reached through boxed dispatch: look its schema up once, then call it with a flat array of
 * tagged values. Functions that can fail return 0 on success; otherwise lt_last_error() holds the reason for this thread.
 * Tensor and generator handles are owned by whoever received them and are given back with the matching *_free.
 */
#ifndef LETHE_TORCH_H
#define LETHE_TORCH_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define LT_API __attribute__((visibility("default")))

typedef enum {
    LT_NONE = 0,
    LT_TENSOR = 1,           /* pointer: tensor handle, borrowed for the call */
    LT_INT = 2,
    LT_DOUBLE = 3,
    LT_BOOL = 4,
    LT_INT_LIST = 5,         /* pointer: int64_t[length] */
    LT_DOUBLE_LIST = 6,      /* pointer: double[length] */
    LT_TENSOR_LIST = 7,      /* pointer: tensor handles[length] */
    LT_OPTIONAL_TENSORS = 8, /* as LT_TENSOR_LIST, a null handle is `None` */
    LT_STRING = 9,           /* pointer: UTF-8 bytes[length] */
    LT_DEVICE = 10,          /* integer: device type; length: device index */
    LT_GENERATOR = 11        /* pointer: generator handle */
} lt_tag;

typedef struct {
    int32_t tag;
    int32_t length;
    union {
        int64_t integer;
        double real;
        void *pointer;
    };
} lt_value;

typedef struct {
    int64_t element_count;
    void *data; /* null for tensors without CPU-visible storage */
    int32_t dtype;
    int32_t dimensions;
    int32_t device_type;
    int32_t device_index;
    int32_t requires_grad;
    int32_t is_leaf;
    int32_t is_contiguous;
    int32_t element_size;
} lt_tensor_info;

LT_API const char *lt_last_error(void);

/* Operators. `results` takes at most `capacity` values; a returned tensor list is flattened into it. */
LT_API void *lt_operator_find(const char *name, const char *overload);
LT_API int lt_operator_call(void *op, const lt_value *arguments, int count, lt_value *results, int capacity, int *produced);

/* Tensors. */
LT_API void *lt_tensor_copy_of(const void *data, const int64_t *sizes, int dimensions, int dtype);
LT_API void lt_tensor_free(void *tensor);
LT_API int lt_tensor_describe(void *tensor, lt_tensor_info *info, int64_t *sizes, int64_t *strides, int capacity);
LT_API int lt_tensor_set_requires_grad(void *tensor, int value);
LT_API void *lt_tensor_grad(void *tensor);
LT_API int lt_tensor_set_grad(void *tensor, void *grad);
LT_API int64_t lt_tensor_live(void);

/* Autograd. */
LT_API int lt_backward(void **tensors, void **grads, int count, int retain_graph, int create_graph);
LT_API int lt_grad(void **outputs, void **grad_outputs, int output_count, void **inputs, int input_count, int retain_graph,
                   int create_graph, int allow_unused, void **results);
LT_API int lt_grad_enabled(void);
LT_API void lt_set_grad_enabled(int value);

/* Random numbers. */
LT_API int lt_manual_seed(uint64_t seed);
LT_API void *lt_default_generator(void);
LT_API void *lt_generator_new(uint64_t seed, int device_type, int device_index);
LT_API void lt_generator_free(void *generator);
LT_API int lt_generator_seed(void *generator, uint64_t seed);
LT_API void *lt_generator_state(void *generator);
LT_API int lt_generator_set_state(void *generator, void *state);

/* Machine. */
LT_API int lt_threads(void);
LT_API void lt_set_threads(int count);
LT_API void lt_tensor_memory(int64_t *live, int64_t *kept, int64_t *peak);
LT_API int lt_set_flush_denormal(int value);
LT_API int lt_cuda_devices(void);
LT_API const char *lt_version(void);
LT_API const char *lt_configuration(void);

#ifdef __cplusplus
}
#endif
#endif
