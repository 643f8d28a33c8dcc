import pg from "pg";

export const millionSamples = 1_000_000;

/**
 * A draft of a million samples beside the dataset's first version: 1,000 labels, every hundredth sample in a pair of copies, some
 * suggestions, some dropped. The pictures are not there; what is measured does not read them.
 * @returns its version number
 */
export async function putMillion(databaseUrl: string, dataset: string): Promise<number> {
  const client = new pg.Client(databaseUrl);
  await client.connect();
  try {
    const id = "dsv_aaaaaaaaaaaaaaaa";
    await client.query(
      `INSERT INTO "dataset_version" ("id", "datasetId", "version", "status", "bucket", "prefix", "sampleCount", "sizeBytes", "labels", "baseVersion")
       SELECT $1, v."datasetId", 2, 'draft', v."bucket", v."prefix", $3::int, 20000::bigint * $3::int,
              (SELECT jsonb_agg(jsonb_build_object('label', 'label-' || lpad(l::text, 4, '0'), 'train', 800, 'validation', 100, 'test', 100) ORDER BY l) FROM generate_series(0, 999) AS l), 1
         FROM "dataset_version" AS v JOIN "dataset" AS d ON d."id" = v."datasetId" WHERE d."name" = $2 AND v."version" = 1`,
      [id, dataset, millionSamples],
    );
    await client.query(
      `INSERT INTO "sample" ("datasetVersionId", "index", "key", "etag", "label", "split", "sha256", "sizeBytes", "width", "height", "pictureHash",
                             "sharpness", "brightness", "groupId", "state", "dropped", "suggestedLabel", "suggestedProbability")
       SELECT $1, i, v."prefix" || 'label-' || lpad((i / 1000)::text, 4, '0') || '/IMG_' || md5(i::text) || '.jpg', md5(i::text),
              'label-' || lpad((i / 1000)::text, 4, '0'), CASE i % 10 WHEN 0 THEN 'test' WHEN 1 THEN 'validation' ELSE 'train' END,
              hash || hash, 20000, 200, 200, decode(hash || md5(hash), 'hex'), i % 997, (i % 211) / 211.0, CASE WHEN i % 100 < 2 THEN i / 100 END,
              CASE WHEN i % 50 = 0 THEN 'accepted' ELSE 'labelled' END, i % 5000 = 7,
              CASE WHEN i % 20 = 3 THEN 'label-' || lpad(((i + 17) % 1000)::text, 4, '0') END, CASE WHEN i % 20 = 3 THEN (i % 997) / 997.0 END
         FROM (SELECT i, md5((CASE WHEN i % 100 = 1 THEN i - 1 ELSE i END)::text || 'picture') AS hash FROM generate_series(0, $2::int - 1) AS i) AS numbers,
              "dataset_version" AS v WHERE v."id" = $1`,
      [id, millionSamples],
    );
    await client.query(
      `INSERT INTO "duplicate_group" ("datasetVersionId", "id", "kind", "size", "conflicting") SELECT $1, g, 'exact', 2, false FROM generate_series(0, $2::int - 1) AS g`,
      [id, millionSamples / 100],
    );
    await client.query(`INSERT INTO "sample_finding" ("datasetVersionId", "code", "index") SELECT $1, 'blurred', i FROM generate_series(5, $2::int - 1, 400) AS i`, [id, millionSamples]);
    for (const table of ["sample", "duplicate_group", "sample_finding"]) await client.query(`ANALYZE "${table}"`);
    return 2;
  } finally {
    await client.end();
  }
}
