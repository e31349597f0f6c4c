// SPDX-License-Identifier: Apache-2.0
//
// mlx5-open ADDRESS: has rdma-core's own VFIO provider bring up the function, which vfio-pci must have, makes a protection
// domain, a memory region, a memory for objects and asks for an event queue, gives all back, and says each step.

#include <errno.h>
#include <infiniband/mlx5dv.h>
#include <infiniband/verbs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SIZE 65536

static void require(int good, const char *step) {
    if (!good) {
        fprintf(stderr, "%s: %s\n", step, strerror(errno));
        exit(1);
    }
    printf("%s\n", step);
    fflush(stdout);
}

int main(int count, char **arguments) {
    if (count != 2) {
        fprintf(stderr, "usage: mlx5-open ADDRESS\n");
        return 64;
    }
    struct mlx5dv_vfio_context_attr wanted = {.pci_name = arguments[1]};
    struct ibv_device **list = mlx5dv_get_vfio_device_list(&wanted);
    require(list != NULL && list[0] != NULL, "list");
    struct ibv_context *context = ibv_open_device(list[0]);
    require(context != NULL, "open");
    require(mlx5dv_vfio_get_events_fd(context) >= 0, "events");
    require(mlx5dv_vfio_process_events(context) == 0, "health");
    struct ibv_pd *domain = ibv_alloc_pd(context);
    require(domain != NULL, "PD");
    void *memory = aligned_alloc(4096, SIZE);
    memset(memory, 0, SIZE);
    struct ibv_mr *region = ibv_reg_mr(domain, memory, SIZE, IBV_ACCESS_LOCAL_WRITE);
    require(region != NULL, "MR");
    struct mlx5dv_devx_umem *objects = mlx5dv_devx_umem_reg(context, memory, SIZE, IBV_ACCESS_LOCAL_WRITE);
    require(objects != NULL, "UMEM");
    uint32_t queue = 0;
    require(mlx5dv_devx_query_eqn(context, 0, &queue) == 0, "EQ");
    require(mlx5dv_vfio_process_events(context) == 0, "health again");
    require(mlx5dv_devx_umem_dereg(objects) == 0, "no UMEM");
    require(ibv_dereg_mr(region) == 0, "no MR");
    require(ibv_dealloc_pd(domain) == 0, "no PD");
    require(ibv_close_device(context) == 0, "closed");
    ibv_free_device_list(list);
    return 0;
}
