using System.Buffers;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Logging;
using Reranking.Onnx.Models;

namespace Reranking.Onnx.Hub;

/// <summary>Downloads one file of a model: into a part beside it that a later attempt resumes, checked, then renamed.</summary>
/// <param name="hub">The endpoint.</param>
/// <param name="retry">Retries transient failures.</param>
/// <param name="options">The names of settings, for messages.</param>
/// <param name="logger">Receives a line if a file is damaged.</param>
internal sealed partial class FileDownload(HubClient hub, HubRetry retry, ModelStoreOptions options, ILogger logger)
{
    private const int BufferSize = 1 << 17;

    // No space left: the errors of Windows (disk full, handle disk full) and of Unix (ENOSPC, EDQUOT of Linux and macOS).
    private static readonly int[] DiskFull = [unchecked((int)0x80070070), unchecked((int)0x80070027), 28, 122, 69];

    /// <summary>Downloads the file, unless it is there already.</summary>
    /// <returns>Its entry in the manifest.</returns>
    /// <exception cref="RelevanceScoringException">It can't be downloaded, is damaged, or the disk is full.</exception>
    public async Task<ModelManifestFile> RunAsync(
        HubRequest request, PlannedFile planned, HubFile file, string folder, DownloadMeter meter, CancellationToken cancellationToken)
    {
        string target = Path.Combine(folder, planned.Path);
        string? expected = planned.Sha256 ?? file.Sha256;
        if (planned.RecordedIn is not null && file.Sha256 is { } current && current != planned.Sha256)
        {
            throw Changed(request, planned, current);
        }

        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        string hash = await KeptAsync(target, planned.Path, expected, file.Length, cancellationToken).ConfigureAwait(false)
            ?? await DownloadAsync(request, planned, file, expected, target, meter, cancellationToken).ConfigureAwait(false);
        long length = new FileInfo(target).Length;
        meter.Finish(planned.Path, length);
        return new ModelManifestFile
        {
            Path = planned.Path,
            Length = length,
            Sha256 = hash,
            Trust = planned.Sha256 is not null ? planned.Trust : file.Sha256 is not null ? ModelFileTrust.Endpoint : ModelFileTrust.FirstUse,
        };
    }

    public static async Task<string> HashAsync(string path, CancellationToken cancellationToken)
    {
        FileStream stream = new(path, FileMode.Open, FileAccess.Read, FileShare.Read, BufferSize, FileOptions.Asynchronous | FileOptions.SequentialScan);
        await using (stream.ConfigureAwait(false))
        {
            return Hex(await SHA256.HashDataAsync(stream, cancellationToken).ConfigureAwait(false));
        }
    }

    // The hash of a file that an earlier attempt has finished, or null if it has to be downloaded.
    private static async Task<string?> KeptAsync(string target, string name, string? expected, long? length, CancellationToken cancellationToken)
    {
        if (!File.Exists(target) || (length is not null && new FileInfo(target).Length != length) || ModelFileContent.Problem(target, name) is not null)
        {
            return null;
        }

        string hash = await HashAsync(target, cancellationToken).ConfigureAwait(false);
        return expected is null || hash == expected ? hash : null;
    }

    private async Task<string> DownloadAsync(
        HubRequest request, PlannedFile planned, HubFile file, string? expected, string target, DownloadMeter meter, CancellationToken cancellationToken)
    {
        string part = PartOf(target, expected ?? file.ETag);
        for (bool again = false; ; again = true)
        {
            string hash = await retry.RunAsync(
                () => TransferAsync(request, file, expected, part, meter, cancellationToken),
                () => File.Exists(part) ? new FileInfo(part).Length : 0,
                cancellationToken).ConfigureAwait(false);
            ThrowIfNotTheFile(request, planned, part);
            if (expected is null || hash == expected)
            {
                File.Move(part, target, overwrite: true);
                return hash;
            }

            File.Delete(part);
            if (again)
            {
                throw planned.RecordedIn is not null ? Changed(request, planned, hash) : new RelevanceScoringException(
                    $"'{request.Address}' was damaged twice: its SHA-256 is {hash}; expected {expected}. "
                    + $"The file was removed. Check {options.SettingsPath}:Endpoint and the proxies between it and this machine.");
            }

            LogDamaged(request.Address, hash, expected);
        }
    }

    private void ThrowIfNotTheFile(HubRequest request, PlannedFile planned, string part)
    {
        if (ModelFileContent.Problem(part, planned.Path) is { } problem)
        {
            File.Delete(part);
            throw request.NotTheFile(problem, options);
        }
    }

    private async Task<string> TransferAsync(
        HubRequest request, HubFile file, string? expected, string part, DownloadMeter meter, CancellationToken cancellationToken)
    {
        FileStream stream = new(part, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read, bufferSize: 0, FileOptions.Asynchronous);
        try
        {
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            await using (stream.ConfigureAwait(false))
            {
                await FillAsync(request, file, expected, stream, hash, meter, cancellationToken).ConfigureAwait(false);
            }

            return Hex(hash.GetHashAndReset());
        }
        catch (RelevanceScoringException exception) when (exception is not TransientHubException || !IsResumable(file, expected))
        {
            File.Delete(part);   // no later attempt goes on with it
            throw;
        }
        catch (IOException exception) when (DiskFull.Contains(exception.HResult))
        {
            // A part is worth less than a disk that is not full to the last byte.
            File.Delete(part);
            throw Full(request, file, part, exception);
        }
    }

    private static RelevanceScoringException Changed(HubRequest request, PlannedFile planned, string found) => new(
        $"'{request.Address}' has changed: its SHA-256 is {found}; expected {planned.Sha256}, as at the first download. "
        + $"Find out why; to trust what is there now, remove '{planned.RecordedIn}'.");

    private RelevanceScoringException Full(HubRequest request, HubFile file, string part, Exception? cause)
    {
        string needed = file.Length is { } length ? string.Create(CultureInfo.InvariantCulture, $"{length:N0} bytes") : "more bytes than are free";
        return new RelevanceScoringException(
            $"The disk is full: '{request.Path}' of model '{request.Plan.Model}' needs {needed} in '{Path.GetDirectoryName(part)}'. "
            + $"Make room, or set {options.SettingsPath}:CacheFolder to a folder on another disk.",
            cause);
    }

    // The free bytes on the disk of the folder, or null if the system does not say.
    private static long? FreeBytes(string folder)
    {
        try
        {
            return new DriveInfo(OperatingSystem.IsWindows() ? Path.GetPathRoot(folder)! : folder).AvailableFreeSpace;
        }
        catch (Exception exception) when (exception is ArgumentException or IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private async Task FillAsync(
        HubRequest request, HubFile file, string? expected, FileStream part, IncrementalHash hash, DownloadMeter meter, CancellationToken cancellationToken)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            if (!IsResumable(file, expected) || part.Length > file.Length)
            {
                part.SetLength(0);
            }

            for (int read; (read = await part.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0;)
            {
                hash.AppendData(buffer, 0, read);
            }

            meter.Report(request.Path, part.Length);
            if (part.Length > 0 && part.Length == file.Length)
            {
                return;
            }

            long limit = file.Length ?? ModelFileContent.LimitOf(request.Path);
            if (limit > ModelFileContent.LimitOf(request.Path))
            {
                throw request.NotTheFile(string.Create(CultureInfo.InvariantCulture, $"has {limit} bytes, which no such file has"), options);
            }

            if (file.Length - part.Length > FreeBytes(Path.GetDirectoryName(part.Name)!))
            {
                throw Full(request, file, part.Name, cause: null);
            }

            using HttpResponseMessage response = await hub.OpenAsync(request, file, part.Length, cancellationToken).ConfigureAwait(false);
            if (part.Length > 0 && !(response.StatusCode == HttpStatusCode.PartialContent && response.Content.Headers.ContentRange?.From == part.Length))
            {
                part.SetLength(0);
                _ = hash.GetHashAndReset();
                if (response.StatusCode != HttpStatusCode.OK)
                {
                    throw new TransientHubException($"'{request.Address}' does not resume where the download was cut. Check {options.SettingsPath}:Endpoint.");
                }
            }

            Stream body = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
            while (await hub.GuardAsync(request, stop => body.ReadAsync(buffer, stop), cancellationToken).ConfigureAwait(false) is > 0 and var read)
            {
                if (part.Length + read > limit)
                {
                    throw request.NotTheFile(
                        file.Length is null
                            ? string.Create(CultureInfo.InvariantCulture, $"has more than {limit} bytes, which no such file has")
                            : string.Create(CultureInfo.InvariantCulture, $"sends more than the {limit} bytes that it said it has"),
                        options);
                }

                hash.AppendData(buffer, 0, read);
                await part.WriteAsync(buffer.AsMemory(0, read), cancellationToken).ConfigureAwait(false);
                meter.Report(request.Path, part.Length);
            }

            if (file.Length is { } length && part.Length != length)
            {
                throw new TransientHubException(string.Create(
                    CultureInfo.InvariantCulture, $"'{request.Address}' ended after {part.Length} of {length} bytes. Check the network."));
            }

            part.Flush(flushToDisk: true);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    // Resuming is safe if the final hash is known, or the server compares the ETag.
    private static bool IsResumable(HubFile file, string? expected) =>
        expected is not null || (file.ETag is { } etag && !etag.StartsWith("W/", StringComparison.Ordinal));

    // The name tells contents apart: what is left of another one is not resumed.
    private static string PartOf(string target, string? identity)
    {
        string part = $"{target}.{Hex(SHA256.HashData(Encoding.UTF8.GetBytes(identity ?? "")))[..16]}.part";
        foreach (string other in Directory.EnumerateFiles(Path.GetDirectoryName(target)!, Path.GetFileName(target) + ".*.part"))
        {
            if (other != part)
            {
                File.Delete(other);
            }
        }

        return part;
    }

    private static string Hex(byte[] bytes) => Convert.ToHexString(bytes).ToLowerInvariant();

    [LoggerMessage(
        EventId = 84, Level = LogLevel.Warning, Message = "{Address} is damaged: its SHA-256 is {Found}; expected {Expected}. Downloading it once more.")]
    private partial void LogDamaged(Uri address, string found, string expected);
}
