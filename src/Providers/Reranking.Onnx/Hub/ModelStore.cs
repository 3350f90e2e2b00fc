using System.Net;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Reranking.Onnx.Hub;
using Reranking.Tokenizers;

namespace Reranking.Onnx;

/// <summary>Downloads models by name from the Hugging Face Hub or a mirror, once, and keeps them in a folder.</summary>
/// <remarks>
/// <para>Thread-safe, and safe across processes that share the folder: one downloads, the others wait. An interrupted download is resumed.</para>
/// <para>
/// Every file is checked against a SHA-256: that of the catalog, or else of the endpoint, or else of the first download, which is recorded. The commit that a
/// branch pointed to on first use is recorded in the same way. Files in the folder are used without network access; those of models in
/// <see cref="ModelCatalog"/> are verified again whenever their size or time has changed.
/// </para>
/// <para>
/// Only the name, the revision and the file names of a model leave the process. Requests of a client that is passed in also record the spans and send the
/// headers that .NET adds for it. Dispose the store to close its connections.
/// </para>
/// </remarks>
public sealed partial class ModelStore : IDisposable
{
    private readonly ModelStoreOptions _options;
    private readonly HttpClient? _ownHttp;
    private readonly ILogger _logger;
    private readonly TimeProvider _timeProvider;
    private readonly ModelDownload _download;

    /// <summary>Initializes a new instance of the <see cref="ModelStore"/> class. Neither files nor the network are touched yet.</summary>
    /// <param name="options">The endpoint and the folder, or <see langword="null"/> for the defaults. They are copied.</param>
    /// <param name="httpClient">
    /// Sends the requests, or <see langword="null"/> for a client owned by the store. It should not follow redirects: the store does, without the token. It is
    /// not disposed.
    /// </param>
    /// <param name="logger">Logs each download and its warnings, or <see langword="null"/>.</param>
    /// <param name="timeProvider">The clock, or <see langword="null"/> for the system clock.</param>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    public ModelStore(ModelStoreOptions? options = null, HttpClient? httpClient = null, ILogger<ModelStore>? logger = null, TimeProvider? timeProvider = null)
    {
        _options = (options ?? new ModelStoreOptions()).Copy();
        if (ModelStoreOptionsValidator.Failures(_options).FirstOrDefault() is { } failure)
        {
            throw new ArgumentException(failure, nameof(options));
        }

        _logger = logger ?? NullLogger<ModelStore>.Instance;
        _timeProvider = timeProvider ?? TimeProvider.System;
        _ownHttp = httpClient is null ? CreateClient() : null;
        _download = new ModelDownload(
            new HubClient(httpClient ?? _ownHttp!, _options, _timeProvider), new HubRetry(_options, _timeProvider, _logger), _options, _logger);
    }

    /// <summary>Returns the folder of a model, after downloading any missing files.</summary>
    /// <param name="model">
    /// The name, such as <c>BAAI/bge-reranker-v2-m3</c>: one from <see cref="ModelCatalog"/>, or any repository as <c>owner/name</c>.
    /// </param>
    /// <param name="revision">A commit, a tag or a branch, or <see langword="null"/> for the one in the catalog, or else <c>main</c>.</param>
    /// <param name="modelFile">
    /// The ONNX file, such as <c>onnx/model_quantized.onnx</c>, or <see langword="null"/> for the one in the catalog, or else <c>onnx/model.onnx</c>.
    /// </param>
    /// <param name="progress">Receives progress reports, at most one per megabyte, or <see langword="null"/>.</param>
    /// <param name="cancellationToken">Cancels the download; the next call resumes it.</param>
    /// <returns>The path of the folder, for <see cref="OnnxModelOptions.ModelPath"/>.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="model"/> is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentException">The name, the revision or the file is not valid.</exception>
    /// <exception cref="RelevanceScoringException">The model can't be downloaded.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was canceled.</exception>
    public async Task<string> GetAsync(
        string model,
        string? revision = null,
        string? modelFile = null,
        IProgress<ModelDownloadProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ModelPlan plan = ModelPlan.For(model, revision, modelFile);
        return await FetchAsync(plan, progress, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Reads the tokenizer of a model, after downloading its <c>tokenizer.json</c> if it is not there; nothing else of the model is fetched.</summary>
    /// <param name="model">
    /// The name, such as <c>BAAI/bge-m3</c>: any repository as <c>owner/name</c> that has a <c>tokenizer.json</c>, with or without an ONNX file.
    /// </param>
    /// <param name="revision">A commit, a tag or a branch, or <see langword="null"/> for that of the catalog, else <c>main</c>.</param>
    /// <param name="cancellationToken">Stops the download; the next call resumes it.</param>
    /// <returns>The tokenizer. It is read anew each time: keep it.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="model"/> is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentException">The name or the revision is not valid.</exception>
    /// <exception cref="RelevanceScoringException">The file can't be downloaded.</exception>
    /// <exception cref="TokenizerFileException">The file is damaged, or has what is not supported.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was canceled.</exception>
    public async Task<HuggingFaceTokenizer> LoadTokenizerAsync(string model, string? revision = null, CancellationToken cancellationToken = default)
    {
        ModelPlan plan = ModelPlan.ForTokenizer(model, revision);
        string folder = await FetchAsync(plan, progress: null, cancellationToken).ConfigureAwait(false);
        return HuggingFaceTokenizer.Load(folder);
    }

    private async Task<string> FetchAsync(ModelPlan plan, IProgress<ModelDownloadProgress>? progress, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        string home = HomeOf(plan);
        try
        {
            if (StoredModel.FindFolder(plan, home) is { } ready
                && await FindChangedAsync(plan, ready, cancellationToken).ConfigureAwait(false) is not { Count: > 0 })
            {
                return ready;
            }

            if (_options.Offline)
            {
                throw StoredModel.FindFolder(plan, home) is { } changed ? Changed(changed) : new RelevanceScoringException(
                    $"Model '{plan.Model}' is not complete in '{StoredModel.FolderOf(plan, home)}', and {_options.SettingsPath}:Offline is true. "
                    + $"Download it once with Offline set to false, or copy '{home}' from a machine that has it.");
            }

            Directory.CreateDirectory(home);
            using IDisposable folderLock = await FolderLock.AcquireAsync(Path.Combine(home, ".lock"), () => LogWaiting(home), _timeProvider, cancellationToken)
                .ConfigureAwait(false);
            if (StoredModel.FindFolder(plan, home) is not { } complete)
            {
                return await _download.RunAsync(plan, home, progress, cancellationToken).ConfigureAwait(false);
            }

            // Another process may have fetched it, or fetched what had changed.
            IReadOnlyList<string> wrong = await FindChangedAsync(plan, complete, cancellationToken).ConfigureAwait(false);
            foreach (string file in wrong)
            {
                LogChanged(file);
                File.Delete(file);
            }

            return wrong.Count == 0 ? complete : await _download.RunAsync(plan, home, progress, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new RelevanceScoringException(
                $"The folder '{home}' can't be used: {exception.Message} Set {_options.SettingsPath}:CacheFolder to a folder that this process can write to.",
                exception);
        }
    }

    /// <summary>Reads all files of a downloaded model and compares their hashes with the recorded ones.</summary>
    /// <param name="model">The name.</param>
    /// <param name="revision">The revision, or <see langword="null"/>, as for <see cref="GetAsync"/>.</param>
    /// <param name="modelFile">The ONNX file, or <see langword="null"/>, as for <see cref="GetAsync"/>.</param>
    /// <param name="cancellationToken">Cancels reading.</param>
    /// <returns>A task that completes when all files have been found unchanged.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="model"/> is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentException">The name, the revision or the file is not valid.</exception>
    /// <exception cref="RelevanceScoringException">The model is not in the folder, or a file has changed.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was canceled.</exception>
    public async Task VerifyAsync(string model, string? revision = null, string? modelFile = null, CancellationToken cancellationToken = default)
    {
        ModelPlan plan = ModelPlan.For(model, revision, modelFile);
        string home = HomeOf(plan);
        string folder = StoredModel.FindFolder(plan, home)
            ?? throw new RelevanceScoringException($"Model '{model}' is not complete in '{StoredModel.FolderOf(plan, home)}'. Download it first.");
        foreach (ModelManifestFile file in ModelManifest.TryRead(folder)!.Files)
        {
            string path = Path.Combine(folder, file.Path);
            string hash = await FileDownload.HashAsync(path, cancellationToken).ConfigureAwait(false);
            if (hash != file.Sha256)
            {
                throw new RelevanceScoringException(
                    $"'{path}' has changed: its SHA-256 is {hash}; expected {file.Sha256}, as downloaded. Remove the file to have it downloaded again.");
            }
        }
    }

    /// <summary>Returns the folder of a downloaded model, without contacting the endpoint.</summary>
    /// <param name="model">The name.</param>
    /// <param name="revision">The revision, or <see langword="null"/>, as for <see cref="GetAsync"/>.</param>
    /// <param name="modelFile">The ONNX file, or <see langword="null"/>, as for <see cref="GetAsync"/>.</param>
    /// <returns>The folder, or <see langword="null"/> if the model is not complete. The files are not read.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="model"/> is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentException">The name, the revision or the file is not valid.</exception>
    /// <exception cref="RelevanceScoringException">No ONNX file of the model is known.</exception>
    public string? Find(string model, string? revision = null, string? modelFile = null) => Find(ModelPlan.For(model, revision, modelFile));

    /// <summary>Removes all revisions of a model from the folder. A scorer that has the model loaded keeps working.</summary>
    /// <param name="model">The name.</param>
    /// <param name="cancellationToken">Cancels waiting for another process that uses the folder.</param>
    /// <returns>Whether there was anything to remove.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="model"/> is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentException">The name is not valid.</exception>
    /// <exception cref="RelevanceScoringException">No ONNX file of the model is known, or the folder can't be removed.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was canceled.</exception>
    public async Task<bool> RemoveAsync(string model, CancellationToken cancellationToken = default)
    {
        string home = HomeOf(ModelPlan.For(model, revision: null, modelFile: null));
        if (!Directory.Exists(home))
        {
            return false;
        }

        try
        {
            // Nobody must be downloading into it meanwhile; the file of the lock stays for that.
            using IDisposable folderLock = await FolderLock.AcquireAsync(Path.Combine(home, ".lock"), () => LogWaiting(home), _timeProvider, cancellationToken)
                .ConfigureAwait(false);
            string[] folders = Directory.GetDirectories(home);
            Array.ForEach(folders, static folder => Directory.Delete(folder, recursive: true));
            Array.ForEach(Directory.GetFiles(home, "*.pin"), File.Delete);
            return folders.Length > 0;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new RelevanceScoringException($"The folder '{home}' can't be removed: {exception.Message}", exception);
        }
    }

    /// <summary>Returns the folder of a model that is there, without asking the endpoint; <see langword="null"/> if it is not.</summary>
    internal string? Find(ModelPlan plan)
    {
        try
        {
            return StoredModel.FindFolder(plan, HomeOf(plan));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;   // whoever fetches it says why
        }
    }

    /// <summary>
    /// Removes a file that can't be loaded, so that the next <see cref="GetAsync"/> fetches it again: one that has changed since it was fetched, or that nobody
    /// but the first download vouched for.
    /// </summary>
    /// <returns>Whether it was removed; what the catalog or the endpoint vouch for would only come again.</returns>
    internal async Task<bool> TryDiscardAsync(ModelPlan plan, string path, CancellationToken cancellationToken)
    {
        string home = HomeOf(plan);
        try
        {
            if (_options.Offline || StoredModel.FindFolder(plan, home) is not { } folder || ModelManifest.TryRead(folder) is not { } manifest)
            {
                return false;
            }

            using IDisposable folderLock = await FolderLock.AcquireAsync(Path.Combine(home, ".lock"), () => LogWaiting(home), _timeProvider, cancellationToken)
                .ConfigureAwait(false);
            ModelManifestFile? file = manifest.Files.FirstOrDefault(file => Path.GetFullPath(Path.Combine(folder, file.Path)) == Path.GetFullPath(path));
            if (file is null || !File.Exists(path))
            {
                return false;
            }

            bool isAsFetched = await FileDownload.HashAsync(path, cancellationToken).ConfigureAwait(false) == file.Sha256;
            if (isAsFetched && file.Trust != ModelFileTrust.FirstUse)
            {
                return false;
            }

            LogDiscarded(path);
            File.Delete(path);
            if (isAsFetched)
            {
                // It came like this, so what comes next need not be the same.
                (manifest with { Files = [.. manifest.Files.Where(other => other != file)] }).Write(folder);
            }

            return true;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>Closes the connections of the store's own client; a client that was passed in stays open.</summary>
    public void Dispose() => _ownHttp?.Dispose();

    private static HttpClient CreateClient()
    {
        var handler = new SocketsHttpHandler
        {
            ActivityHeadersPropagator = null,   // no spans of .NET, which show the address whole and quote what a server sent
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            UseCookies = false,
            PooledConnectionLifetime = TimeSpan.FromMinutes(2),
        };
        return new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
    }

    // The folder of all revisions of a repository.
    private string HomeOf(ModelPlan plan)
    {
        string? cache = _options.CacheFolder is { } set ? Path.GetFullPath(set, AppContext.BaseDirectory)
            : Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData) is { Length: > 0 } data ? Path.Combine(data, "Reranking", "models")
            : throw new RelevanceScoringException(
                $"{_options.SettingsPath}:CacheFolder is not set, and this user has no folder for application data. "
                + "Set it to a folder that this process can write to.");
        return Path.Combine(cache, plan.Repository.Replace("/", "--", StringComparison.Ordinal));
    }

    // The files of a model of the catalog that do not have their hash: that of the catalog, or else that of the first download.
    private async Task<IReadOnlyList<string>> FindChangedAsync(ModelPlan plan, string folder, CancellationToken cancellationToken)
    {
        if (!_options.VerifyHashes || !plan.IsKnown || ModelManifest.TryRead(folder) is not { } manifest)
        {
            return [];
        }

        List<string> changed = [];
        var verified = new VerifiedFiles(folder);
        IEnumerable<PlannedFile> modules = manifest.Files.Where(ModelPlan.IsOfModule).Select(static file => new PlannedFile(file.Path, null, IsOptional: true));
        foreach (PlannedFile planned in plan.Files.Concat(modules))
        {
            if (manifest.Find(planned.Path) is { } file
                && !await verified.HasHashAsync(file.Path, planned.Sha256 ?? file.Sha256, cancellationToken).ConfigureAwait(false))
            {
                changed.Add(Path.Combine(folder, file.Path));
            }
        }

        verified.Save();
        return changed;
    }

    private RelevanceScoringException Changed(string folder) =>
        new(
            $"A file in '{folder}' has changed since it was downloaded, and {_options.SettingsPath}:Offline is true. "
            + $"Download it again with Offline set to false, or copy the folder from a machine that has it. VerifyAsync names the file.");

    [LoggerMessage(EventId = 86, Level = LogLevel.Warning, Message = "{Path} has changed since it was downloaded. Downloading it again.")]
    private partial void LogChanged(string path);

    [LoggerMessage(EventId = 87, Level = LogLevel.Warning, Message = "{Path} can't be loaded. Downloading it once more.")]
    private partial void LogDiscarded(string path);

    [LoggerMessage(EventId = 85, Level = LogLevel.Debug, Message = "Another process downloads into {Folder}; waiting for it.")]
    private partial void LogWaiting(string folder);
}
