namespace Microsoft.KernelMemory;

public interface IContentModeration
{
    Task<bool> IsSafeAsync(string? text, CancellationToken cancellationToken = default);
}
